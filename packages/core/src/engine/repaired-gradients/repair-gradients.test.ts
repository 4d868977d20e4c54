import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { prepareTfjs } from '../prepare-tfjs.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
  prepareTfjs();
});

const gradients = (f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, a: tf.Tensor, b: tf.Tensor): number[][] =>
  tf.tidy(() =>
    tf
      .grads(f)([a, b])
      .map((gradient) => [...gradient.dataSync()]),
  );

const left = tf.tensor2d([
  [1, 5],
  [4, 2],
]);
const row = tf.tensor1d([3, 3]);

// Worked out by hand: the gradient of the sum of all results.
test.each<[string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, number[], number[]]>([
  ['maximum', tf.maximum, [0, 1, 1, 0], [1, 1]],
  ['minimum', tf.minimum, [1, 0, 0, 1], [1, 1]],
  ['squaredDifference', tf.squaredDifference, [-4, 4, 2, -2], [2, -2]],
])('%s, either operand broadcast', (_, f, ofLeft, ofRow) => {
  expect(gradients(f, left, row)).toEqual([ofLeft, ofRow]);
  expect(gradients((a, b) => f(b, a), left, row)).toEqual([ofLeft, ofRow]);
});

test('operands of one shape, and of one dimension, are as before', () => {
  expect(gradients(tf.maximum, left, tf.fill([2, 2], 3))).toEqual([
    [0, 1, 1, 0],
    [1, 0, 0, 1],
  ]);
  expect(gradients(tf.maximum, left, tf.fill([2, 1], 3))).toEqual([
    [0, 1, 1, 0],
    [1, 1],
  ]);
});

test.each([
  [false, false],
  [true, false],
  [false, true],
  [true, true],
])('a batched product with one matrix for all, transposed %s, %s', (transposeA, transposeB) => {
  const [a, b] = [tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]), tf.tensor3d([1, -1, 2, 3], [1, 2, 2])];
  const product = (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, transposeA, transposeB);
  const [ofA, ofB] = gradients((x, y) => product(x, tf.tile(y, [2, 1, 1])), a, b);
  expect(gradients(product, a, b)).toEqual([ofA, ofB]);
});

test.each([
  ['reflect', [1, 3, 1]],
  ['symmetric', [2, 1, 2]],
] as const)('mirrored padding, %s', (mode, expected) => {
  const padded = tf.grad((x) => tf.mirrorPad(x, [[1, 1]], mode))(tf.tensor1d([5, 6, 7]));
  expect([...padded.dataSync()]).toEqual(expected);
});
