import type { HostArray } from '@espalier/core';
import { expect, test } from 'vitest';
import { decodeFold, encodeFold, type FoldRecord } from './fold-record.js';

const array = (data: number[], shape: number[]): HostArray => ({
  data: Float32Array.from(data),
  shape,
  dtype: 'float32',
});
const record: FoldRecord = {
  index: 1,
  seed: 7,
  metrics: { loss: NaN },
  epochs: [{ epoch: 0, loss: 0.5 }],
  predictions: { kind: array([1, -2, 3.5, 4], [2, 2]), size: array([0.1, Infinity], [2, 1]) },
};

test('a fold is read as it was written, from a Buffer within a larger one too', () => {
  const bytes = encodeFold(record);
  expect(decodeFold(bytes)).toEqual(record);
  const larger = Buffer.concat([Buffer.alloc(3, 9), bytes, Buffer.alloc(64, 9)]);
  expect(decodeFold(larger.subarray(3, 3 + bytes.length))).toEqual(record);
});

test('predictions that are cut short are refused', () => {
  const bytes = encodeFold(record);
  expect(() => decodeFold(bytes.subarray(0, bytes.length - 4))).toThrow('cannot be read; it is damaged');
});
