import type { HostBatch } from '@espalier/core';
import { expect, test } from 'vitest';
import { fromArrays } from './from-arrays.js';
import { oneHot } from './one-hot.js';
import { subset } from './subset.js';

const data = fromArrays({ inputs: [[1], [2], [3]], targets: [2, 0, 1], classNames: ['a', 'b', 'c'] });

test('labels become rows, in batches and as a whole; inputs are not touched', () => {
  const encoded = oneHot(data);
  expect(encoded.targets).toEqual({ target: { shape: [3], dtype: 'float32' } });
  expect(encoded.arrays!.targets['target']).toEqual({
    data: Float32Array.of(0, 0, 1, 1, 0, 0, 0, 1, 0),
    shape: [3, 3],
    dtype: 'float32',
  });
  expect(encoded.arrays!.inputs['input']!.data).toBe(data.arrays!.inputs['input']!.data);
  expect(encoded.arrays).toBe(encoded.arrays);
  expect(encoded.inMemory).toBe(true);
  const { inputs, targets } = encoded.batch(Uint32Array.of(1)) as HostBatch;
  expect(targets['target']!.data).toEqual(Float32Array.of(1, 0, 0));
  expect(inputs['input']!.data).toEqual(Float32Array.of(2));
  expect(
    (oneHot(subset(data, [2, 0])).batch(Uint32Array.of(1)) as HostBatch).targets['target']!.data[2],
  ).toBe(1);
});

test('data that is fetched later works as well', async () => {
  const later = { ...data, arrays: undefined, batch: (i: Uint32Array) => Promise.resolve(data.batch(i)) };
  const batch = await oneHot(later).batch(Uint32Array.of(0));
  expect(batch.targets['target']!.data).toEqual(Float32Array.of(0, 0, 1));
  expect(oneHot(later).arrays).toBeUndefined();
});

test('labels outside the classes are told by their number in the data set', () => {
  const few = oneHot(data, { classes: 2 });
  expect((few.batch(Uint32Array.of(1, 2)) as HostBatch).targets['target']!.shape).toEqual([2, 2]);
  expect(() => few.batch(Uint32Array.of(1, 0))).toThrow(
    '[one-hot] the label of example 0 must be 0 to 1, got 2.',
  );
  expect(() => few.arrays).toThrow(/example 0/);
  const negative = fromArrays({ inputs: [[1]], targets: Int32Array.of(-1) });
  expect(() => oneHot(negative, { classes: 2 }).batch(Uint32Array.of(0))).toThrow(/got -1/);
});

test('targets that are no labels, unknown targets and missing classes are refused', () => {
  expect(() => oneHot(oneHot(data))).toThrow(
    /'target' must be int32 labels \[N\], got float32 of shape \[N, 3\]/,
  );
  expect(() => oneHot(data, { target: 'y' })).toThrow(/target must be one of 'target', got 'y'/);
  expect(() => oneHot(data, { classes: 0 })).toThrow(/classes must be a whole number >= 1/);
  const unnamed = fromArrays({ inputs: [[1]], targets: { a: Int32Array.of(0), b: Int32Array.of(0) } });
  expect(() => oneHot(unnamed)).toThrow(/target must be one of a, b/);
  expect(() => oneHot(unnamed, { target: 'a' })).toThrow(/classes must be/);
  expect(oneHot(unnamed, { target: 'b', classes: 2 }).targets).toMatchObject({
    a: { shape: [] },
    b: { shape: [2] },
  });
});
