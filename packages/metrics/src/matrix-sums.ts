import * as tf from '@tensorflow/tfjs-core';
import type { MetricBatch, MetricTotals, Tensors } from '@espalier/core';
import { failData, oneHot } from '@espalier/core/internal';
import type { ClassReading } from './class-pairs.js';
import { classPairs } from './class-pairs.js';

/** How far a weighted count may be off by rounding, relative. */
const ROUNDING = 1e-3;

/** Sums of a confusion matrix `[C, C]`, rows true, columns predicted, and the weight of all examples. */
export function matrixSums(scope: string, batch: MetricBatch, reading: ClassReading): Tensors {
  const { predicted, actual, weights, classes } = classPairs(scope, batch, reading);
  const rows = oneHot(actual, classes);
  const weighted = weights ? tf.mul(rows, tf.reshape(weights, [-1, 1])) : rows;
  return {
    matrix: tf.matMul(weighted as tf.Tensor2D, oneHot(predicted, classes), true, false),
    weight: weights ? tf.sum(weights) : tf.scalar(predicted.shape[0]),
  };
}

/** @throws EspalierError `invalid-data` where examples are missing: labels that are no class, outputs that are NaN. */
export function matrixOf(scope: string, totals: MetricTotals): number[][] {
  const counts = totals['matrix']!;
  const classes = Math.sqrt(counts.length);
  const weight = totals['weight']![0]!;
  const sum = counts.reduce((total, count) => total + count, 0);
  if (Math.abs(sum - weight) > ROUNDING * Math.abs(weight)) {
    failData(
      scope,
      `only ${sum} of ${weight} (weighted) examples have labels from 0 to ${classes - 1} and outputs without NaN; ` +
        'correct the others.',
    );
  }
  return Array.from({ length: classes }, (_, row) => [
    ...counts.subarray(row * classes, (row + 1) * classes),
  ]);
}

/** Sums of rows, of columns, and of everything. */
export function marginsOf(matrix: readonly (readonly number[])[]) {
  const add = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const actual = matrix.map(add);
  const predicted = matrix.map((_, column) => add(matrix.map((row) => row[column]!)));
  return { actual, predicted, total: add(actual) };
}
