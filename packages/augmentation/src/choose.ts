import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** A condition as 1 and 0. */
export function asMask(condition: Tensor): Tensor {
  return tf.cast(condition, 'float32');
}

/**
 * `chosen` where the mask is 1, `other` where it is 0, to the bit; the mask broadcasts. All values must be finite.
 *
 * In place of `tf.where`, which repeats what it broadcasts in memory.
 */
export function choose<T extends Tensor>(mask: Tensor, chosen: T, other: T): T {
  return tf.add(tf.mul(mask, chosen), tf.mul(tf.sub(1, mask), other));
}

/** 1 for a share of the examples, `[N, 1, 1, 1]`. */
export function chosenWith(probability: number, uniform: Tensor): Tensor {
  return asMask(tf.less(uniform, probability));
}
