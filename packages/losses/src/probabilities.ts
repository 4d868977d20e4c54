import * as tf from '@tensorflow/tfjs-core';
import type { OutputScale } from '@espalier/core';

/** What a loss of classes can take for outputs. */
export const SCALES: readonly OutputScale[] = ['logits', 'probabilities'];

/** PyTorch's bound of divisors in the gradient of its `BCELoss`. */
export const SMALLEST_DIVISOR = 1e-12;

const LEAST_LOG = -100;

/** log p, at least -100 as in PyTorch's `BCELoss`: 0 times the logarithm of 0 would be NaN. */
export function logProbability(p: tf.Tensor): tf.Tensor {
  const log = tf.log(p);
  // Not tf.maximum, which drops a NaN on some backends.
  return tf.where(tf.less(log, LEAST_LOG), tf.fill(log.shape, LEAST_LOG), log);
}
