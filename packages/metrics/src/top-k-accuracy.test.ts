import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { topKAccuracy } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

const hits = (row: number[], label: number, k: number): number => {
  const outputs = tf.tensor2d([row]);
  const { sum } = topKAccuracy({ k }).sums({ outputs, targets: tf.tensor1d([label], 'int32') });
  return sum!.dataSync()[0]!;
};

test('a class masked by -Infinity is the last one, and takes nothing from the others', () => {
  expect(hits([1, -Infinity, 0], 0, 1)).toBe(1);
  expect(hits([1, -Infinity, 0], 2, 1)).toBe(0);
  expect(hits([1, -Infinity, 0], 2, 2)).toBe(1);
  expect(hits([1, -Infinity, 0], 1, 2)).toBe(0);
  expect(hits([1, Infinity, 0], 1, 1)).toBe(1);
});

test('a NaN anywhere is a miss', () => {
  expect(hits([5, NaN, 0], 0, 2)).toBe(0);
  expect(hits([NaN, 1, 0], 0, 2)).toBe(0);
});
