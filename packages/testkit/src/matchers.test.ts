import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { expectNoLeak } from './matchers.js';

beforeAll(() => tf.setBackend('cpu'));

const failure = (check: () => void): string => {
  try {
    check();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no failure';
};

test('toEqualTensor takes equal values only, and says where they differ', () => {
  expect(tf.tensor2d([[1, NaN], [Infinity, 0]])).toEqualTensor([[1, NaN], [Infinity, 0]]); // prettier-ignore
  expect(tf.scalar(3)).toEqualTensor(3);
  expect(tf.tensor1d([1, 2])).not.toEqualTensor([1, 3]);
  expect(failure(() => expect(tf.tensor2d([[1, 2], [3, 5]])).toEqualTensor([[1, 2], [3, 4]]))) // prettier-ignore
    .toBe('1 of 4 values are not equal:\n  at [1,1]: expected 4, got 5, difference 1');
  expect(failure(() => expect(tf.tensor1d([0])).toEqualTensor([-0]))).toContain('expected -0, got 0');
  expect(failure(() => expect(tf.zeros([2, 3])).toEqualTensor(tf.zeros([3, 2])))).toBe(
    'expected shape [3,2], got [2,3]',
  );
  expect(failure(() => expect(tf.zeros([2])).toEqualTensor(tf.zeros([2], 'int32')))).toBe(
    'expected dtype int32, got float32',
  );
  expect(failure(() => expect([1]).toEqualTensor([1]))).toBe('expected a tensor, got [1]');
});

test('toBeCloseToTensor allows an absolute and a relative difference', () => {
  const close = { absolute: 0.1, relative: 0.01 };
  expect(tf.tensor1d([100.9, NaN, Infinity])).toBeCloseToTensor([100, NaN, Infinity], close);
  expect(tf.tensor1d([101.2])).not.toBeCloseToTensor([100], close);
  expect(tf.tensor1d([NaN])).not.toBeCloseToTensor([1], { absolute: Infinity });
  expect(tf.tensor1d([-Infinity])).not.toBeCloseToTensor([Infinity]);
});

test('expectNoLeak fails where a tensor stays, also after an error', async () => {
  expect(await expectNoLeak(() => 5)).toBe(5);
  const kept: tf.Tensor[] = [];
  await expect(expectNoLeak(() => void kept.push(tf.ones([4])))).rejects.toThrow(/left behind/);
  await expect(
    expectNoLeak(async () => {
      kept.push(tf.ones([4]));
      throw new Error('other');
    }),
  ).rejects.toThrow(/left behind/);
  await expect(expectNoLeak(() => Promise.reject(new Error('other')))).rejects.toThrow('other');
  tf.dispose(kept);
});
