import type { Dataset, HostBatch } from '@espalier/core';
import { expect, test } from 'vitest';
import { fromArrays } from './from-arrays.js';
import { subset } from './subset.js';
import { take } from './take.js';

const data = fromArrays({
  inputs: Array.from({ length: 10 }, (_, i) => [i, -i]),
  targets: Int32Array.from({ length: 10 }, (_, i) => i % 2),
  weights: Array.from({ length: 10 }, (_, i) => i),
  classNames: ['even', 'odd'],
});
const values = (dataset: Dataset, ...indices: number[]) =>
  [...(dataset.batch(Uint32Array.from(indices)) as HostBatch).weights!['target']!.data].join(' ');

test('a view has its own numbers, and the rest from under it', () => {
  const view = subset(data, [7, 2, 2]);
  expect(view.size).toBe(3);
  expect([view.inputs, view.targets, view.classNames]).toEqual([data.inputs, data.targets, data.classNames]);
  expect([view.inMemory, subset({ ...data, inMemory: false }, [0]).inMemory]).toEqual([true, undefined]);
  expect(values(view, 0, 1, 2)).toBe('7 2 2');
  expect(view.arrays).toBeUndefined();
  expect((view.batch(Uint32Array.of(0)) as HostBatch).inputs['input']!.data).toEqual(Float32Array.of(7, -7));
});

test('views of views read from the bottom', () => {
  const view = subset(subset(subset(data, [9, 8, 7, 6]), [3, 1]), [1, 0]);
  expect(values(view, 0, 1)).toBe('8 6');
  expect(() => view.batch(Uint32Array.of(2))).toThrow(/index 2 .* from 0 to 1/);
});

test('consecutive examples have arrays that are views', () => {
  const { arrays } = subset(data, [3, 4, 5]);
  expect(arrays!.inputs['input']).toEqual({
    data: Float32Array.of(3, -3, 4, -4, 5, -5),
    shape: [3, 2],
    dtype: 'float32',
  });
  expect(arrays!.weights!['target']!.data).toEqual(Float32Array.of(3, 4, 5));
  expect(arrays!.inputs['input']!.data.buffer).toBe(data.arrays!.inputs['input']!.data.buffer);
  expect(subset(data, [5, 4]).arrays).toBeUndefined();
});

test('data that is fetched later works as well', async () => {
  const slow: Dataset = {
    ...data,
    arrays: undefined,
    batch: (indices) => Promise.resolve(data.batch(indices)),
  };
  const batch = await subset(slow, [6]).batch(Uint32Array.of(0));
  expect(batch.inputs['input']!.data).toEqual(Float32Array.of(6, -6));
  expect(take(slow, 2).arrays).toBeUndefined();
});

test('later changes of the list of numbers change nothing', () => {
  const indices = Uint32Array.of(1, 2);
  const view = subset(data, indices);
  indices.fill(9);
  expect(values(view, 0, 1)).toBe('1 2');
});

test.each<[unknown, RegExp]>([
  [[], /at least one example/],
  [[10], /indices\[0\] must be 0 to 9, got 10/],
  [[0, -1], /indices\[1\] must be 0 to 9, got -1/],
  [[0.5], /got 0.5/],
  [undefined, /at least one example, got undefined/],
])('indices %o are refused', (indices, message) => {
  expect(() => subset(data, indices as number[])).toThrow(message);
});

test('take gives the first examples', () => {
  expect(values(take(data, 3), 0, 1, 2)).toBe('0 1 2');
  expect(take(data, 10).arrays!.inputs['input']!.shape).toEqual([10, 2]);
  for (const count of [0, 11, 1.5]) {
    expect(() => take(data, count)).toThrow(/count must be a whole number >= 1 and <= 10/);
  }
});
