import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { prepareTfjs } from './prepare-tfjs.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
  prepareTfjs();
});

const AT = [0.4, -0.7, 1.3];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

// Ops whose gradient reads what they gave; second derivatives in float64.
test.each<[string, (x: tf.Tensor) => tf.Tensor, (x: number) => number]>([
  ['exp', tf.exp, Math.exp],
  ['sigmoid', tf.sigmoid, (x) => sigmoid(x) * (1 - sigmoid(x)) * (1 - 2 * sigmoid(x))],
  ['tanh', tf.tanh, (x) => -2 * Math.tanh(x) * (1 - Math.tanh(x) ** 2)],
  ['exp of squares', (x) => tf.exp(tf.square(x)), (x) => (2 + 4 * x ** 2) * Math.exp(x ** 2)],
  ['squares of exp', (x) => tf.square(tf.exp(x)), (x) => 4 * Math.exp(2 * x)],
])('the second derivative of %s', (_, op, second) => {
  const first = tf.grad((x) => tf.sum(op(x)));
  const got = tf.tidy(() =>
    tf
      .grad((x) => tf.sum(first(x)))(tf.tensor1d(AT))
      .dataSync(),
  );
  AT.forEach((x, i) => expect(got[i]).toBeCloseTo(second(x), 4));
});

test('that of softmax, which is not one of each element', () => {
  const z = [0.3, -0.2, 0.9];
  const weights = [1, 2, -1];
  const direction = [0.5, 1, -0.25];
  const values = (at: readonly number[]): number[] => {
    const all = at.map(Math.exp);
    const sum = all.reduce((total, one) => total + one, 0);
    return all.map((one) => one / sum);
  };
  /** direction . gradient of weights . softmax(z), in float64. */
  const along = (at: readonly number[]): number => {
    const p = values(at);
    const mean = p.reduce((sum, one, i) => sum + one * weights[i]!, 0);
    return p.reduce((sum, one, i) => sum + direction[i]! * one * (weights[i]! - mean), 0);
  };
  const got = tf.tidy(() => {
    const first = tf.grad((x) => tf.sum(tf.mul(tf.softmax(x as tf.Tensor2D), weights)));
    return tf
      .grad((x) => tf.sum(tf.mul(first(x), direction)))(tf.tensor2d([z]))
      .dataSync();
  });
  z.forEach((_, i) => {
    const moved = (by: number) => along(z.map((x, j) => (i === j ? x + by : x)));
    expect(got[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 5);
  });
});

test('the third derivative of exp', () => {
  const first = tf.grad((x) => tf.exp(x));
  const second = tf.grad((x) => tf.sum(first(x)));
  const third = tf.tidy(() =>
    tf
      .grad((x) => tf.sum(second(x)))(tf.scalar(0.5))
      .dataSync(),
  );
  expect(third[0]).toBeCloseTo(Math.exp(0.5), 5);
});
