import * as tf from '@tensorflow/tfjs-core';
import type { MetricTotals, Tensors } from '@espalier/core';
import { momentSums, spreadOf } from './moments.js';

/** Sums for the squared errors and the spread of the targets, of each output, inside the step. */
export function residualSums(
  outputs: tf.Tensor2D,
  targets: tf.Tensor2D,
  weights: tf.Tensor | undefined,
): Tensors {
  const errors = tf.squaredDifference(outputs, targets);
  return {
    ...momentSums(targets, weights),
    residual: tf.sum(weights ? tf.mul(errors, tf.reshape(weights, [-1, 1])) : errors, 0),
    examples: tf.scalar(outputs.shape[0]),
  };
}

/** Squared errors and squared deviations from the mean; 0 where what there is of these is rounding. */
export function residualsOf(totals: MetricTotals) {
  return {
    residuals: [...totals['residual']!],
    spreads: spreadOf(totals),
    examples: totals['examples']![0]!,
  };
}
