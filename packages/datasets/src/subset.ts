import type { Dataset, HostArray, HostBatch } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { checkIndices, gather, mapArrays } from './gather.js';
import { invalidData } from './invalid-data.js';
import { targetInMemory, withTargets } from './targets-in-memory.js';

const SCOPE = 'subset';

const views = new WeakMap<Dataset, { readonly source: Dataset; readonly indices: Uint32Array }>();

/**
 * Some examples of a data set, by number and in this order, as a view: nothing is copied but the numbers.
 *
 * A view of a view reads from the data set underneath. Where the numbers are consecutive, `arrays` is a view as well;
 * otherwise it is absent.
 *
 * @param indices Each from 0 to `dataset.size - 1`; the same example may come twice. At least one.
 * @throws EspalierError `invalid-data` for an index outside the data set, or none at all.
 * @example
 * ```ts
 * const firstAndLast = subset(data, [0, data.size - 1]);
 * ```
 */
export function subset(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  if (!(indices?.length >= 1))
    invalidData(SCOPE, `indices must name at least one example, got ${describe(indices)}.`);
  const own = new Uint32Array(indices.length);
  for (let i = 0; i < own.length; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= dataset.size) {
      invalidData(SCOPE, `indices[${i}] must be 0 to ${dataset.size - 1}, got ${describe(index)}.`);
    }
    own[i] = index;
  }
  const under = views.get(dataset);
  return under
    ? view(
        under.source,
        own.map((index) => under.indices[index]!),
      )
    : view(dataset, own);
}

function view(source: Dataset, indices: Uint32Array): Dataset {
  const { inputs, targets, classNames, inMemory } = source;
  const size = indices.length;
  const consecutive = indices.every((index, i) => index === indices[0]! + i);
  const rows = (array: HostArray): HostArray => slice(array, indices[0]!, size);
  const result = withTargets<Dataset>(
    {
      size,
      inputs,
      targets,
      ...(classNames && { classNames }),
      ...(inMemory && { inMemory }),
      get arrays(): HostBatch | undefined {
        return consecutive && source.arrays ? mapArrays(source.arrays, rows) : undefined;
      },
      batch(positions) {
        checkIndices(SCOPE, positions, size);
        return source.batch(positions.map((position) => indices[position]!));
      },
    },
    (name) => {
      const all = targetInMemory(source, name);
      return all && gather(all, indices);
    },
  );
  views.set(result, { source, indices });
  return result;
}

function slice(array: HostArray, start: number, size: number): HostArray {
  const row = array.data.length / array.shape[0]!;
  return {
    ...array,
    data: array.data.subarray(start * row, (start + size) * row),
    shape: [size, ...array.shape.slice(1)],
  };
}
