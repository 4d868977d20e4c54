import * as tf from '@tensorflow/tfjs-core';

/** -1 for the answer 0, 1 for the answer 1. */
export function signOf(target: tf.Tensor): tf.Tensor {
  return tf.sub(tf.mul(target, 2), 1);
}
