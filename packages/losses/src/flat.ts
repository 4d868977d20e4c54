import * as tf from '@tensorflow/tfjs-core';

/**
 * `test(x)`, a comparison or a mask, as what it is to a derivative: constant. TensorFlow.js has no gradient for comparisons,
 * and looks for one where a second derivative goes through `tf.where`.
 */
export function flat<T extends tf.Tensor>(x: tf.Tensor, test: (x: tf.Tensor) => T): T {
  const op = tf.customGrad((given, save) => {
    (save as tf.GradSaveFunc)([given as tf.Tensor]);
    return {
      value: test(given as tf.Tensor),
      gradFunc: (_dy: tf.Tensor, saved: tf.Tensor[]) => tf.zerosLike(saved[0]!),
    };
  });
  return op(x) as T;
}
