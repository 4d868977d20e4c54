import { readFileSync } from 'node:fs';
import type { Dataset, HostBatch } from '@espalier/core';
import { toTensorData } from '@espalier/core';
import { expect, test } from 'vitest';
import { featureStatistics } from './feature-statistics.js';
import { fromArrays } from './from-arrays.js';
import { normalize } from './normalize.js';
import { subset } from './subset.js';

interface Reference {
  readonly scaler: {
    readonly x: number[][];
    readonly mean: number[];
    readonly scale: number[];
    readonly scaled: number[][];
  };
}
const { scaler } = JSON.parse(
  readFileSync(new URL('../../../testing/references/datasets/sklearn_splits.json', import.meta.url), 'utf8'),
) as Reference;

const rows = (inputs: number[][] | number[][][]) => fromArrays({ inputs, targets: inputs.map(() => 0) });
function values(dataset: Dataset): number[] {
  const batch = dataset.batch(Uint32Array.from({ length: dataset.size }, (_, i) => i)) as HostBatch;
  return [...toTensorData(batch.inputs['input']!)];
}

test("statistics per feature and what they give are scikit-learn's StandardScaler's", async () => {
  const data = rows(scaler.x);
  const statistics = await featureStatistics(data);
  const { mean, std } = statistics['input']!;
  mean.forEach((value, i) => expect(value).toBeCloseTo(scaler.mean[i]!, 12));
  // Its scale of a constant feature is 1; here the deviation is 0 and counts as 1.
  expect(std[1]).toBe(0);
  for (const i of [0, 2]) expect(std[i]).toBeCloseTo(scaler.scale[i]!, 12);
  const expected = scaler.scaled.flat();
  values(normalize(data, statistics)).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
});

test('statistics are the same from data that is fetched, and count each example once', async () => {
  const size = 2500;
  const data = rows(Array.from({ length: size }, (_, i) => [i, Math.sin(i)]));
  const order = Uint32Array.from({ length: size }, (_, i) => (i * 7) % size);
  const whole = await featureStatistics(data);
  const fetched = await featureStatistics(subset(data, order));
  expect(whole['input']!.mean[0]).toBe((size - 1) / 2);
  expect(whole['input']!.std[0]).toBeCloseTo(Math.sqrt((size ** 2 - 1) / 12), 9);
  for (const key of ['mean', 'std'] as const) {
    whole['input']![key].forEach((value, i) => expect(fetched['input']![key][i]).toBeCloseTo(value, 9));
  }
});

test('per channel and over all', async () => {
  const data = rows([
    [
      [1, 10],
      [3, 10],
    ],
    [
      [5, 20],
      [7, 20],
    ],
  ]);
  expect(await featureStatistics(data, { per: 'channel' })).toEqual({
    input: { mean: [4, 15], std: [Math.sqrt(5), 5] },
  });
  expect((await featureStatistics(data, { per: 'feature' }))['input']!.mean).toEqual([3, 15, 5, 15]);
  expect((await featureStatistics(data, { per: 'all' }))['input']!.mean).toEqual([9.5]);
  const scaled = normalize(data, { mean: [4, 15], std: [2, 5] });
  expect(values(scaled)).toEqual([-1.5, -1, -0.5, -1, 0.5, 1, 1.5, 1]);
  expect(scaled.arrays).toBeUndefined();
});

test('a few bytes around a large mean lose nothing', async () => {
  const data = rows([[16777214], [16777216], [16777212], [16777214]]);
  expect((await featureStatistics(data))['input']).toEqual({ mean: [16777214], std: [Math.sqrt(2)] });
});

test('a constant input has deviation 0, whatever the rounding of its mean', async () => {
  const data = fromArrays({
    inputs: { data: new Uint8Array(1000).fill(77), shape: [1000, 1], scale: 1 / 255 },
    targets: new Float32Array(1000),
  });
  expect((await featureStatistics(data))['input']!.std).toEqual([0]);
});

test('with one mean and deviation bytes stay bytes', async () => {
  const bytes = Uint8Array.of(0, 255, 51, 102);
  const data = fromArrays({
    inputs: { data: bytes, shape: [2, 2], scale: 1 / 255 },
    targets: [0, 0],
  });
  expect((await featureStatistics(data, { per: 'all' }))['input']!.mean[0]).toBeCloseTo(0.4, 12);
  const scaled = normalize(data, { mean: 0.4, std: 0.5 });
  expect(scaled.arrays!.inputs['input']!.data.buffer).toBe(bytes.buffer);
  const { inputs } = scaled.batch(Uint32Array.of(0)) as HostBatch;
  expect(inputs['input']!.data).toEqual(Uint8Array.of(0, 255));
  values(scaled).forEach((value, i) => expect(value).toBeCloseTo([-0.8, 1.2, -0.4, 0][i]!, 6));
  const shifted = fromArrays({
    inputs: { data: bytes, shape: [4, 1], scale: 2, offset: -10 },
    targets: bytes,
  });
  expect(values(normalize(shifted, { mean: 5, std: 4 }))).toEqual([-3.75, 123.75, 21.75, 47.25]);
  values(normalize(data, { mean: [0, 1], std: 0.5 })).forEach((value, i) =>
    expect(value).toBeCloseTo([0, 0, 0.4, -1.2][i]!, 6),
  );
});

test('several inputs go by name, and ids are left alone', async () => {
  const data = fromArrays({
    inputs: { size: [1, 3], id: Int32Array.of(5, 6), other: [2, 4] },
    targets: [0, 0],
  });
  expect(await featureStatistics(data)).toEqual({
    size: { mean: [2], std: [1] },
    other: { mean: [3], std: [1] },
  });
  const { inputs } = normalize(data, { size: { mean: 2, std: 1 } }).batch(Uint32Array.of(0, 1)) as HostBatch;
  expect(toTensorData(inputs['size']!)).toEqual(Float32Array.of(-1, 1));
  expect(toTensorData(inputs['other']!)).toEqual(Float32Array.of(2, 4));
  expect(inputs['id']!.data).toEqual(Int32Array.of(5, 6));
  expect(() => normalize(data, { mean: 0, std: 1 })).toThrow(/given by input name \(size, id, other\)/);
  expect(() => normalize(data, { id: { mean: 0, std: 1 } })).toThrow(/'id' must be a float32 input/);
  expect(() => normalize(data, { sizes: { mean: 0, std: 1 } })).toThrow(
    /it has size \(float32\), id \(int32\)/,
  );
});

test.each<[unknown, RegExp]>([
  [{ mean: 0, std: -1 }, /input\.std must be a number >= 0, got -1/],
  [{ mean: Number.NaN, std: 1 }, /input\.mean must be a number/],
  [{ mean: [0, 0], std: 1 }, /input\.mean must be a number or a list of 1 or 3/],
  [{ mean: 0, std: [1, 1, 0, 1] }, /input\.std must be a number or a list of 1 or 3/],
  [{ input: { mean: 0 } }, /input\.std must be a number/],
])('statistics %o are refused', (statistics, message) => {
  expect(() => normalize(rows([[1, 2, 3]]), statistics as { mean: number; std: number })).toThrow(message);
});

test('values that are not finite have no statistics', async () => {
  const data = fromArrays({ inputs: [[1, Number.NaN]], targets: [0], allowNonFinite: true });
  await expect(featureStatistics(data)).rejects.toThrow(/input 'input' holds values that are not finite/);
  await expect(featureStatistics(data, { per: 'row' as 'all' })).rejects.toThrow(/per must be one of/);
});
