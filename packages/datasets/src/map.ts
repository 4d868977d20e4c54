import type { ArraySpec, Dataset, DataStream, HostBatch } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { checkData, examplesIn, isPromise, isStream } from '@espalier/core/internal';
import type { Example, ExampleSource, ReadExamples, ValueSpec, ValueSpecs } from './examples.js';
import { mapExamples, specsByName } from './examples.js';
import { changedStream } from './streams/changed-stream.js';

const SCOPE = 'map';

/** Options of {@link map}. */
export interface MapOptions {
  /** What an input is after the change; by name where there are several. Default: what it was. */
  readonly inputs?: ValueSpec | ValueSpecs;
  /** What a target is after the change; by name where there are several. Default: what it was. */
  readonly targets?: ValueSpec | ValueSpecs;
  /** Names of the classes afterwards. Default: as before, where the targets stay. */
  readonly classNames?: readonly string[];
}

/**
 * Examples changed one by one, when their batch is fetched.
 *
 * `change` must give the same for the same example: it is called again in each epoch. What depends on chance belongs into a
 * plugin that transforms batches by the run's seed.
 *
 * @param data A data set or a stream.
 * @param change Given `{ inputs, targets, weights? }`, the values of each array flat and by name, which it may keep and
 *   write to, and the number of the example; gives the same, as numbers, lists or typed arrays.
 * @param options What shapes and dtypes are afterwards; see {@link MapOptions}.
 * @returns What `data` is; `arrays` is absent.
 * @throws EspalierError `invalid-option`; `invalid-data`, with the number of the example, when a batch is fetched whose
 *   examples are not as announced afterwards.
 * @example
 * ```ts
 * const data = fromArrays({ inputs: [[1], [10], [100]], targets: [[1], [2], [3]] });
 * const logarithmic = map(data, ({ inputs, targets }) => ({
 *   inputs: inputs['input']!.map(Math.log10),
 *   targets: targets['target']!,
 * }));
 * ```
 */
export function map<D extends Dataset | DataStream>(
  data: D,
  change: (example: Example, index: number) => ExampleSource,
  options: MapOptions = {},
): D extends DataStream ? DataStream : Dataset {
  checkData(data, SCOPE);
  if (typeof change !== 'function') checkOptions(SCOPE).fail('change', 'a function of an example', change);
  const specs = (option: 'inputs' | 'targets', single: string): ValueSpecs =>
    options[option] === undefined ? data[option] : specsByName(SCOPE, option, single, options[option]);
  const as: ReadExamples = {
    scope: SCOPE,
    inputs: specs('inputs', onlyName(data.inputs, 'input')),
    targets: specs('targets', onlyName(data.targets, 'target')),
    batched: false,
  };
  const classNames = options.classNames ?? (options.targets === undefined ? data.classNames : undefined);
  const described = {
    inputs: plain(as.inputs),
    targets: plain(as.targets),
    ...(classNames && { classNames }),
  };
  const apply = (batch: HostBatch, numberOf: (row: number) => number): HostBatch =>
    mapExamples(batch, (example, row) => change(example, numberOf(row)), as, numberOf);
  const result = isStream(data)
    ? changedStream(data, described, (batch, from) => apply(batch, (row) => from + row))
    : mapped(data, described, apply);
  return result as D extends DataStream ? DataStream : Dataset;
}

function mapped(
  { size, inMemory, prefetch, ...data }: Dataset,
  described: Pick<Dataset, 'inputs' | 'targets' | 'classNames'>,
  apply: (batch: HostBatch, numberOf: (row: number) => number) => HostBatch,
): Dataset {
  return {
    size,
    ...described,
    ...(inMemory && { inMemory }),
    ...(prefetch !== undefined && { prefetch }),
    batch(indices) {
      const numbers = indices.slice();
      const change = (batch: HostBatch): HostBatch =>
        examplesIn(batch) === 0 ? batch : apply(batch, (row) => numbers[row]!);
      const batch = data.batch(indices);
      return isPromise(batch) ? batch.then(change) : change(batch);
    },
  };
}

function onlyName(specs: Readonly<Record<string, ArraySpec>>, otherwise: string): string {
  const names = Object.keys(specs);
  return names.length === 1 ? names[0]! : otherwise;
}

function plain(specs: ValueSpecs): Record<string, ArraySpec> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
  );
}
