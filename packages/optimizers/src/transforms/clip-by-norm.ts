import * as tf from '@tensorflow/tfjs-core';
import { option, readOptions } from '@espalier/core';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, updateOf, valueOf } from './gradient-transform.js';

/**
 * Scales the update of each parameter whose L2 norm is above `maxNorm` down to it: `g * min(1, maxNorm / norm)`, as Keras's
 * `clipnorm`. A NaN makes the update of its parameter NaN.
 *
 * @param maxNorm Greater than 0.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const transform = chain(clipByNorm(1), scaleByAdam(), scaleByLearningRate(0.001));
 * ```
 */
export function clipByNorm(maxNorm: number): GradientTransform {
  const { config } = readOptions(
    'clip-by-norm',
    { maxNorm },
    { maxNorm: option.number({ min: 0, exclusiveMin: true }) },
  );
  return eachParameter({
    name: 'clip-by-norm',
    config,
    rule(update, { step }) {
      const g = valueOf(update, step);
      const share = tf.div(maxNorm, tf.sqrt(tf.sum(tf.square(g))));
      return {
        update: updateOf(g, tf.where(tf.greaterEqual(share, 1), tf.onesLike(share), share) as tf.Scalar),
      };
    },
  });
}
