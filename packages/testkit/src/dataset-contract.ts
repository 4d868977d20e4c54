import type { ArraySpec, Dataset, HostArray, HostArrays, HostBatch } from '@espalier/core';
import { isEspalierError, sizeOf, toTensorData } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { contractExecutor } from './contract-executor.js';
import { expectRefused } from './expect-refused.js';

/** What {@link datasetContract} needs to know besides. */
export interface DatasetContractOptions {
  /** Calls with options that must be refused, by what is wrong with them. */
  readonly bad?: Readonly<Record<string, () => unknown>>;
  /** Data that must be refused, likewise. */
  readonly badData?: Readonly<Record<string, () => unknown>>;
}

/**
 * What every data set must hold.
 *
 * @param make The data set, a new one at each call, with at least 4 examples.
 */
export function datasetContract(
  name: string,
  make: () => Dataset | Promise<Dataset>,
  { bad = {}, badData = {} }: DatasetContractOptions = {},
): void {
  if (contractExecutor()) return;
  describe(`${name} is a data set`, () => {
    test('says how many examples it has, and what they are', async () => {
      const data = await make();
      expect(Number.isInteger(data.size) && data.size >= 4, `size ${data.size}`).toBe(true);
      const batch = await batchOf(data, [1, 3, 2]);
      checkSpecs(batch.inputs, data.inputs, 3);
      checkSpecs(batch.targets, data.targets, 3);
      for (const [target, weights] of Object.entries(batch.weights ?? {})) {
        expect(data.targets, 'weights belong to a target').toHaveProperty([target]);
        expect(weights).toMatchObject({ shape: [3], dtype: 'float32' });
      }
      if (data.classNames) {
        for (const { data: labels, dtype, shape } of Object.values(batch.targets)) {
          if (dtype !== 'int32' || shape.length !== 1) continue;
          expect([...labels].every((label) => label >= 0 && label < data.classNames!.length)).toBe(true);
        }
      }
    });

    test('gives the examples asked for, in that order, repeated ones too', async () => {
      const data = await make();
      const last = data.size - 1;
      const order = [last, 0, 2, 0, last];
      const together = valuesOf(await batchOf(data, order));
      const singles = await Promise.all(order.map(async (index) => valuesOf(await batchOf(data, [index]))));
      for (const [key, values] of Object.entries(together))
        expect(values, key).toEqual(singles.flatMap((single) => single[key]!));
      expect(new Set(singles.slice(0, 3).map((single) => JSON.stringify(single))).size).toBeGreaterThan(1);
    });

    test('gives the same twice, and another of its making the same too', async () => {
      const [one, other] = [await make(), await make()];
      const first = valuesOf(await batchOf(one, [0, 1, 2, 3]));
      expect(valuesOf(await batchOf(one, [0, 1, 2, 3]))).toEqual(first);
      expect(valuesOf(await batchOf(other, [0, 1, 2, 3]))).toEqual(first);
    });

    test('gives memory that the receiver may write to', async () => {
      const data = await make();
      const before = valuesOf(await batchOf(data, [0, 1, 2]));
      const everything = data.arrays && valuesOf(data.arrays);
      for (const group of Object.values(await batchOf(data, [0, 1, 2])))
        for (const { data: values } of Object.values(group as HostArrays)) values.fill(77);
      expect(valuesOf(await batchOf(data, [0, 1, 2]))).toEqual(before);
      if (data.arrays) expect(valuesOf(data.arrays)).toEqual(everything);
    });

    test('does not change the indices that it is given, and takes an empty batch or refuses it', async () => {
      const data = await make();
      const indices = Uint32Array.of(2, 0);
      await data.batch(indices);
      expect([...indices]).toEqual([2, 0]);
      try {
        const empty = await batchOf(data, []);
        checkSpecs(empty.inputs, data.inputs, 0);
        checkSpecs(empty.targets, data.targets, 0);
      } catch (error) {
        expect(isEspalierError(error), String(error)).toBe(true);
      }
    });

    test('refuses an index beyond its size', async () => {
      const data = await make();
      for (const indices of [[data.size], [0, 2 ** 32 - 1]]) {
        const error = await Promise.resolve()
          .then(() => batchOf(data, indices))
          .then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
        expect(isEspalierError(error), `index ${indices.at(-1)}: got ${String(error)}`).toBe(true);
      }
    });

    test('its arrays, where it has them, are what batches are cut from', async () => {
      const data = await make();
      if (!data.arrays) return;
      const all = await data.batch(Uint32Array.from({ length: data.size }, (_, i) => i));
      expect(valuesOf(data.arrays)).toEqual(valuesOf(all));
      checkSpecs(data.arrays.inputs, data.inputs, data.size);
      checkSpecs(data.arrays.targets, data.targets, data.size);
    });

    test('refuses bad options and bad data', () => {
      for (const [what, call] of Object.entries(bad)) expectRefused(what, call);
      for (const [what, call] of Object.entries(badData)) expectRefused(what, call, 'invalid-data');
    });
  });
}

async function batchOf(data: Dataset, indices: readonly number[]): Promise<HostBatch> {
  return data.batch(Uint32Array.from(indices));
}

function checkSpecs(arrays: HostArrays, specs: Readonly<Record<string, ArraySpec>>, count: number): void {
  expect(Object.keys(arrays).sort()).toEqual(Object.keys(specs).sort());
  for (const [name, { shape, dtype }] of Object.entries(specs)) {
    const array = arrays[name]!;
    expect([...array.shape], name).toEqual([count, ...shape]);
    expect(array.dtype, name).toBe(dtype);
    expect(array.data.length, name).toBe(sizeOf(array.shape));
  }
}

/** The values that the tensors will have, by group and name. */
function valuesOf(batch: HostBatch): Record<string, number[]> {
  const values: Record<string, number[]> = {};
  for (const [group, arrays] of Object.entries({ ...batch } as Record<string, HostArrays | undefined>))
    for (const [name, array] of Object.entries(arrays ?? {}))
      values[`${group}/${name}`] = [...toTensorData(array as HostArray)];
  return values;
}
