import { type HostArray, sizeOf } from './arrays.js';
import type { ArraySpec, Dataset, HostBatch } from './dataset.js';
import { fail } from '../errors.js';

type Specs = Readonly<Record<string, ArraySpec>>;

/** Number of examples of a batch. */
export function examplesIn({ inputs }: HostBatch): number {
  for (const name in inputs) return inputs[name]!.shape[0]!;
  return 0;
}

/**
 * Compares a batch with what its data set or stream says of itself: names, number of examples, shapes, dtypes. Reads no values.
 *
 * @param count Examples that were asked for.
 * @param place Names the batch in messages, e.g. `batch 3`.
 * @throws EspalierError `invalid-data`.
 */
export function checkBatch(
  data: Pick<Dataset, 'inputs' | 'targets'>,
  batch: HostBatch,
  count: number,
  place: () => string,
): void {
  if (typeof batch?.inputs !== 'object' || typeof batch.targets !== 'object') {
    const got = batch && typeof batch === 'object' ? `{ ${Object.keys(batch).join(', ')} }` : typeof batch;
    refuse(place, `must be { inputs, targets }, each arrays by name, got ${got}`);
  }
  checkArrays('input', data.inputs, batch.inputs, count, place);
  checkArrays('target', data.targets, batch.targets, count, place);
  if (!batch.weights) return;
  for (const name in batch.weights) {
    if (!data.targets[name]) {
      refuse(place, `has weights for '${name}'; the targets are ${Object.keys(data.targets).join(', ')}`);
    }
    checkArray('weight', name, batch.weights[name]!, WEIGHT, count, place);
  }
}

const WEIGHT: ArraySpec = { shape: [], dtype: 'float32' };

function checkArrays(
  kind: string,
  specs: Specs,
  arrays: HostBatch['inputs'],
  count: number,
  place: () => string,
): void {
  for (const name in specs) {
    const array = arrays[name];
    if (!array) {
      const got = Object.keys(arrays).join(', ') || 'none';
      refuse(place, `lacks ${kind} '${name}'; it has ${got}`);
    }
    checkArray(kind, name, array!, specs[name]!, count, place);
  }
  for (const name in arrays) {
    if (!specs[name]) {
      refuse(place, `has ${kind} '${name}'; the data say that there are ${Object.keys(specs).join(', ')}`);
    }
  }
}

function checkArray(
  kind: string,
  name: string,
  array: HostArray,
  spec: ArraySpec,
  count: number,
  place: () => string,
): void {
  const { shape, dtype } = array;
  let fits = Array.isArray(shape) && shape.length === spec.shape.length + 1 && shape[0] === count;
  for (let i = 0; fits && i < spec.shape.length; i++) fits = shape[i + 1] === spec.shape[i];
  if (!fits || dtype !== spec.dtype) {
    const wanted = `${spec.dtype} [${[count, ...spec.shape].join(', ')}]`;
    refuse(place, `must have ${kind} '${name}' as ${wanted}, got ${dtype} [${String(shape)}]`);
  }
  // Reading the data of rows would copy them.
  if (array.rows) return;
  const { data } = array;
  const size = sizeOf(shape);
  if (data?.length !== size) {
    refuse(
      place,
      `has ${data?.length} values in ${kind} '${name}', its shape [${shape.join(', ')}] means ${size}`,
    );
  }
  if (dtype === 'int32' && data instanceof Float32Array) {
    refuse(place, `has ${kind} '${name}' of dtype int32 in a Float32Array; use an Int32Array or Uint8Array`);
  }
}

function refuse(place: () => string, problem: string): never {
  return fail('invalid-data', 'data', `${place()} ${problem}.`);
}
