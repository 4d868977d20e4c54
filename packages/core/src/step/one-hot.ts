import * as tf from '@tensorflow/tfjs-core';

/**
 * Labels `[N]`, int32, as rows `[N, classes]`, float32.
 *
 * On stock wasm `tf.oneHot` writes the bits of integers into a float32 tensor when it is asked for one, so it is asked
 * for integers; and it refuses a single class.
 */
export function oneHot(labels: tf.Tensor1D, classes: number): tf.Tensor2D {
  if (classes === 1) return tf.ones([labels.shape[0], 1]);
  return tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor2D;
}
