import * as tf from '@tensorflow/tfjs-core';

/** log(softmax(z)) over the last axis of rows `[M, C]`; -Infinity stays -Infinity. */
export function logSoftmax(logits: tf.Tensor): tf.Tensor {
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)));
}

/**
 * The gradient in logits `[M, C]` of a function of their log-softmax.
 *
 * @param slope The function's derivative in log p, `[M, C]`.
 */
export function throughSoftmax(slope: tf.Tensor, logProbabilities: tf.Tensor): tf.Tensor {
  return tf.sub(slope, tf.mul(tf.exp(logProbabilities), tf.sum(slope, 1, true)));
}

/** `factor * value` where `factor` is above 0, and 0 elsewhere, whatever `value` is there. */
export function wherePositive(factor: tf.Tensor, value: tf.Tensor): tf.Tensor {
  return tf.where(tf.greater(factor, 0), tf.mul(factor, value), tf.zerosLike(value));
}
