import type { ArrayData, HostArray, HostArrays, HostBatch } from '@espalier/core';
import { emptyLike } from '@espalier/core/internal';
import { invalidData } from './invalid-data.js';

// Below this many elements a plain loop beats `subarray` + `set`.
const SHORT_ROW = 24;

/**
 * Takes rows of an array. They are copied into new memory, in the data's own type: short rows at once, long ones when they
 * are first read, which a compiled step that finds them in the whole never does.
 *
 * @param array `[N, ...]`.
 * @param indices Rows to take, in this order; each < N (see {@link checkIndices}).
 * @returns `[indices.length, ...]`.
 */
export function gather(array: HostArray, indices: Uint32Array): HostArray {
  const row = array.shape[0] === 0 ? 0 : array.data.length / array.shape[0]!;
  const shape = [indices.length, ...array.shape.slice(1)];
  if (row < SHORT_ROW) return { ...array, data: copyRows(array.data, row, indices), shape };
  const own = indices.slice();
  let copied: ArrayData | undefined;
  const taken: HostArray = {
    ...array,
    shape,
    get data() {
      return (copied ??= copyRows(array.data, row, own));
    },
  };
  return Object.defineProperty(taken, 'rows', { value: { of: array, indices: own } });
}

function copyRows(source: ArrayData, row: number, indices: Uint32Array): ArrayData {
  const data = emptyLike(source, indices.length * row);
  if (row === 1) {
    for (let i = 0; i < indices.length; i++) data[i] = source[indices[i]!]!;
  } else if (row < SHORT_ROW) {
    let to = 0;
    for (let i = 0; i < indices.length; i++) {
      const from = indices[i]! * row;
      for (let j = 0; j < row; j++) data[to++] = source[from + j]!;
    }
  } else {
    for (let i = 0; i < indices.length; i++) {
      const from = indices[i]! * row;
      data.set(source.subarray(from, from + row), i * row);
    }
  }
  return data;
}

/** {@link gather} over every array of a batch. */
export function gatherBatch({ inputs, targets, weights }: HostBatch, indices: Uint32Array): HostBatch {
  return mapArrays({ inputs, targets, weights }, (array) => gather(array, indices));
}

/** A batch with `change` applied to each of its arrays. */
export function mapArrays(
  { inputs, targets, weights }: { inputs: HostArrays; targets: HostArrays; weights?: HostArrays | undefined },
  change: (array: HostArray) => HostArray,
): HostBatch {
  const all = (arrays: HostArrays): HostArrays =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, change(array)]));
  return { inputs: all(inputs), targets: all(targets), ...(weights && { weights: all(weights) }) };
}

/**
 * Checks the indices that a batch is asked for.
 *
 * @throws EspalierError `invalid-data` naming the first index that is not below `size`.
 */
export function checkIndices(scope: string, indices: Uint32Array, size: number): void {
  for (let i = 0; i < indices.length; i++) {
    if (indices[i]! >= size) {
      invalidData(
        scope,
        `index ${indices[i]} (at position ${i} of the batch) is outside the data set: indices go from 0 to ${size - 1}.`,
      );
    }
  }
}
