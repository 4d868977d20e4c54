import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { prepareTfjs } from '@espalier/core/internal';
import { beforeAll, expect, test } from 'vitest';
import { normalizeByBatch } from './normalize.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
  prepareTfjs();
});

const ROWS = [
  [0.5, -1],
  [1.5, 2],
  [-0.3, 0.7],
];
const GAMMA = [1.5, 0.5];
const EPSILON = 1e-3;
const WEIGHT = (row: number, column: number): number => Math.sin(1 + 3 * row + 5 * column);

/** Sum of squares of the gradient in x of `sum(weight * batch norm(x)^2)`, in float64. */
function squares(x: readonly (readonly number[])[], gamma: readonly number[]): number {
  let sum = 0;
  for (const column of [0, 1]) {
    const own = x.map((row) => row[column]!);
    const mean = own.reduce((a, b) => a + b, 0) / own.length;
    const rate = 1 / Math.sqrt(own.reduce((a, b) => a + (b - mean) ** 2, 0) / own.length + EPSILON);
    const normal = own.map((one) => (one - mean) * rate);
    const dy = normal.map((one, row) => 2 * WEIGHT(row, column) * gamma[column]! ** 2 * one);
    const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / own.length;
    const product = meanOf(dy.map((d, i) => d * normal[i]!));
    for (const [i, d] of dy.entries()) sum += (rate * (d - meanOf(dy) - normal[i]! * product)) ** 2;
  }
  return sum;
}

test('the gradient of a penalty on gradients through batch normalisation', () => {
  const weight = tf.tensor2d(ROWS.map((row, i) => row.map((_, j) => WEIGHT(i, j))));
  const penalty = (x: tf.Tensor, gamma: tf.Tensor): tf.Scalar => {
    const value = (rows: tf.Tensor) => {
      const y = normalizeByBatch(rows, { gamma, beta: undefined }, EPSILON, () => {});
      return tf.sum(tf.mul(weight, tf.square(y)));
    };
    return tf.sum(tf.square(tf.grad(value)(x)));
  };
  const [inX, inGamma] = tf.grads(penalty)([tf.tensor2d(ROWS), tf.tensor1d(GAMMA)]);
  const difference = (at: (by: number) => number) => (at(1e-4) - at(-1e-4)) / 2e-4;
  ROWS.forEach((row, i) =>
    row.forEach((_, j) => {
      const moved = (by: number) =>
        squares(
          ROWS.map((own, r) => own.map((one, c) => (r === i && c === j ? one + by : one))),
          GAMMA,
        );
      expect(inX!.dataSync()[2 * i + j]! / difference(moved)).toBeCloseTo(1, 2);
    }),
  );
  GAMMA.forEach((_, j) => {
    const moved = (by: number) =>
      squares(
        ROWS,
        GAMMA.map((one, c) => (c === j ? one + by : one)),
      );
    expect(inGamma!.dataSync()[j]! / difference(moved)).toBeCloseTo(1, 3);
  });
});
