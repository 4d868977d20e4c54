import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, updateOf, valueOf } from './gradient-transform.js';

/** The sign of each element, and NaN where it is NaN: `tf.sign` makes that a 0. */
export function signOf(x: Tensor): Tensor {
  return tf.where(tf.isNaN(x), x, tf.sign(x));
}

/**
 * Takes the sign of each element of an update: -1, 0, 1, or NaN. Kernels per parameter: 6 (3 of them copies).
 *
 * @example
 * ```ts
 * const signum = chain(trace({ momentum: 0.9 }), scaleBySign(), scaleByLearningRate(0.001));
 * ```
 * @see `optax.scale_by_sign`.
 */
export function scaleBySign(): GradientTransform {
  return eachParameter({
    name: 'scale-by-sign',
    config: { kind: 'scale-by-sign' },
    rule: (update, { step }) => ({ update: updateOf(signOf(valueOf(update, step))) }),
  });
}
