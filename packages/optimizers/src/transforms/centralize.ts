import * as tf from '@tensorflow/tfjs-core';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, updateOf, valueOf } from './gradient-transform.js';

/**
 * Gradient centralisation: takes from the update of each matrix or filter, for every output (the last axis), its mean over all other
 * axes. Vectors and scalars stay as they are. A NaN spreads to its output.
 *
 * @example
 * ```ts
 * const transform = chain(centralize(), trace({ momentum: 0.9 }), scaleByLearningRate(0.1));
 * ```
 * @see Yong et al., Gradient centralization, 2020, equation 1. `optax.centralize` takes the mean of each input instead, its kernels
 * being the same way round as ours.
 */
export function centralize(): GradientTransform {
  return eachParameter({
    name: 'centralize',
    config: { kind: 'centralize' },
    rule(update, { parameter, step }) {
      if (parameter.rank < 2) return { update };
      const g = valueOf(update, step);
      const axes = Array.from({ length: parameter.rank - 1 }, (_, axis) => axis);
      return { update: updateOf(tf.sub(g, tf.mean(g, axes, true))) };
    },
  });
}
