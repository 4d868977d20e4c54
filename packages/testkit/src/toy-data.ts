import type { Dataset, HostArray, HostArrays, HostBatch } from '@espalier/core';
import { sizeOf, stream } from '@espalier/core';

/** Rows of an array, copied. */
function rowsOf(array: HostArray, indices: Uint32Array): HostArray {
  const width = sizeOf(array.shape.slice(1));
  const data = array.data.slice(0, 0).constructor as new (length: number) => typeof array.data;
  const rows = new data(indices.length * width);
  indices.forEach((index, i) =>
    rows.set(array.data.subarray(index * width, (index + 1) * width) as never, i * width),
  );
  return { ...array, data: rows, shape: [indices.length, ...array.shape.slice(1)] };
}

const mapArrays = (arrays: HostArrays, change: (array: HostArray) => HostArray): HostArrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, change(array)]));

/** The smallest data set over arrays, so that core and the suites are tested without the package of data sets. */
export function toyDataset(arrays: HostBatch): Dataset {
  const { inputs, targets, weights } = arrays;
  const specs = (group: HostArrays) =>
    Object.fromEntries(
      Object.entries(group).map(([name, { shape, dtype }]) => [name, { shape: shape.slice(1), dtype }]),
    );
  return {
    size: Object.values(inputs)[0]!.shape[0]!,
    inputs: specs(inputs),
    targets: specs(targets),
    inMemory: true,
    arrays,
    batch: (indices) => ({
      inputs: mapArrays(inputs, (array) => rowsOf(array, indices)),
      targets: mapArrays(targets, (array) => rowsOf(array, indices)),
      ...(weights && { weights: mapArrays(weights, (array) => rowsOf(array, indices)) }),
    }),
  };
}

/** Three features in [-1, 1) of 22 examples: with batches of 8 the last one is short. */
export const TOY_SIZE = 22;

/** `[size, ...shape]` numbers in [-1, 1), always the same for a name. */
export function toyNumbers(name: string, shape: readonly number[]): HostArray {
  const data = stream(7, name)
    .uniforms(sizeOf(shape))
    .map((value) => 2 * value - 1);
  return { data, shape, dtype: 'float32' };
}

/** 22 examples of three features in three classes, one-hot: the class is that of the largest feature. */
export function toyClasses(): Dataset {
  const input = toyNumbers('toy/input', [TOY_SIZE, 3]);
  const target = new Float32Array(TOY_SIZE * 3);
  for (let i = 0; i < TOY_SIZE; i++) {
    const row = [...input.data.subarray(3 * i, 3 * i + 3)];
    target[3 * i + row.indexOf(Math.max(...row))] = 1;
  }
  return toyDataset({
    inputs: { input },
    targets: { target: { data: target, shape: [TOY_SIZE, 3], dtype: 'float32' } },
  });
}
