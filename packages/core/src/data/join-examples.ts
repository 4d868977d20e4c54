import { type ArrayData, type HostArray, type HostArrays, sizeOf, toTensorData } from './arrays.js';
import type { HostBatch } from './dataset.js';

/** One example: a row of some batch. */
export interface ExampleRef {
  readonly of: HostBatch;
  readonly row: number;
}

/** Makes one batch of examples that came in several. One whole batch in its own order is given as it is. */
export function joinExamples(examples: readonly ExampleRef[]): HostBatch {
  const first = examples[0]!.of;
  const whole =
    examples.every(({ of, row }, i) => of === first && row === i) &&
    Object.values(first.inputs)[0]!.shape[0] === examples.length;
  if (whole) return first;
  const join = (group: 'inputs' | 'targets' | 'weights'): HostArrays =>
    Object.fromEntries(Object.keys(first[group]!).map((name) => [name, joinArrays(examples, group, name)]));
  // An example without weights weighs 1 beside others that have some.
  const weighted = examples.find(({ of }) => of.weights)?.of.weights;
  return {
    inputs: join('inputs'),
    targets: join('targets'),
    ...(weighted && {
      weights: Object.fromEntries(Object.keys(weighted).map((name) => [name, joinWeights(examples, name)])),
    }),
  };
}

function joinArrays(
  examples: readonly ExampleRef[],
  group: 'inputs' | 'targets' | 'weights',
  name: string,
): HostArray {
  const like = examples[0]!.of[group]![name]!;
  const alike = examples.every(({ of }) => {
    const { data, scale, offset } = of[group]![name]!;
    return data.constructor === like.data.constructor && scale === like.scale && offset === like.offset;
  });
  const shape = [examples.length, ...like.shape.slice(1)];
  const row = sizeOf(like.shape.slice(1));
  const data = alike
    ? emptyLike(like.data, examples.length * row)
    : empty32(like.dtype, examples.length * row);
  const converted = new Map<HostArray, ArrayData>();
  const valuesOf = (array: HostArray): ArrayData => {
    if (alike) return array.data;
    let values = converted.get(array);
    if (!values) converted.set(array, (values = toTensorData(array)));
    return values;
  };
  examples.forEach(({ of, row: from }, i) => {
    const values = valuesOf(of[group]![name]!);
    if (row === 1) data[i] = values[from]!;
    else data.set(values.subarray(from * row, (from + 1) * row), i * row);
  });
  return alike ? { ...plain(like), data, shape } : { data, shape, dtype: like.dtype };
}

function joinWeights(examples: readonly ExampleRef[], name: string): HostArray {
  const data = Float32Array.from(examples, ({ of, row }) => of.weights?.[name]?.data[row] ?? 1);
  return { data, shape: [examples.length], dtype: 'float32' };
}

function plain({ dtype, scale, offset }: HostArray): Omit<HostArray, 'data' | 'shape'> {
  return { dtype, ...(scale !== undefined && { scale }), ...(offset !== undefined && { offset }) };
}

function empty32(dtype: 'float32' | 'int32', length: number): ArrayData {
  return dtype === 'float32' ? new Float32Array(length) : new Int32Array(length);
}

/** A new typed array of the kind of `like`. */
export function emptyLike(like: ArrayData, length: number): ArrayData {
  if (like instanceof Uint8Array) return new Uint8Array(length);
  return like instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
}
