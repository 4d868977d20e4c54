import { toTensorData } from '@espalier/core';
import type { HostBatch } from '@espalier/core';
import { expect, test } from 'vitest';
import { fromIdx } from './from-idx.js';

const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 51, 255, 128);
const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 4, 1);

test('pixels stay bytes, unscaled and not copied, and labels are int32', () => {
  const data = fromIdx({ images, labels });
  expect(data.size).toBe(2);
  expect(data.inputs).toEqual({ input: { shape: [1, 2, 1], dtype: 'float32' } });
  expect(data.targets).toEqual({ target: { shape: [], dtype: 'int32' } });
  const { inputs, targets } = data.arrays!;
  expect(inputs['input']!.data.buffer).toBe(images.buffer);
  expect(targets['target']).toEqual({ data: Int32Array.of(4, 1), shape: [2], dtype: 'int32' });
  const batch = data.batch(Uint32Array.of(1, 0)) as HostBatch;
  expect(batch.inputs['input']!.data).toEqual(Uint8Array.of(255, 128, 0, 51));
  expect(toTensorData(batch.inputs['input']!)).toEqual(Float32Array.of(1, 128 / 255, 0, 0.2));
});

test('flatten gives rows', () => {
  expect(fromIdx({ images, labels, flatten: true }).inputs['input']!.shape).toEqual([2]);
  expect(() => fromIdx({ images, labels, flatten: 1 as unknown as boolean })).toThrow(/flatten must be true/);
});

test('swapped files, other counts and labels out of range are told', () => {
  expect(() => fromIdx({ images: labels, labels: images })).toThrow(
    /Uint8Array of shape \[2\]; are the files swapped/,
  );
  expect(() => fromIdx({ images, labels: images })).toThrow(/shape \[2, 1, 2\]; are the files swapped/);
  const three = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 4, 1, 0);
  expect(() => fromIdx({ images, labels: three })).toThrow(/inputs.input 2, targets.target 3/);
  expect(() => fromIdx({ images, labels, classNames: ['a', 'b'] })).toThrow(
    /label of example 0 must be 0 to 1 .*got 4/,
  );
  const none = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2);
  expect(() => fromIdx({ images: none, labels: Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 0) })).toThrow(
    /no examples/,
  );
});
