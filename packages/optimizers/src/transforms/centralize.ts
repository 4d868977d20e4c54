import * as tf from '@tensorflow/tfjs-core';
import { axesIntoUnit } from '@espalier/core/internal';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, updateOf, valueOf } from './gradient-transform.js';

/**
 * Gradient centralisation: takes from the update of each matrix or filter, for every output, its mean over the
 * weights into it: all axes but the last, of a `depthwise_kernel` those of the field, of a `transposed_kernel` all but the last but one. Vectors and scalars stay as they are. A NaN spreads to its output.
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
    rule(update, { name, parameter, step }) {
      if (parameter.rank < 2) return { update };
      const g = valueOf(update, step);
      const axes = axesIntoUnit(name, parameter.rank);
      return { update: updateOf(tf.sub(g, tf.mean(g, axes, true))) };
    },
  });
}
