import type { Scalar } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { option, readOptions } from '@espalier/core';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, updateOf, valueOf } from './gradient-transform.js';

/** Options of {@link scaleByTrustRatio}. */
export interface ScaleByTrustRatioOptions {
  /** Step length as a share of the parameter's norm, > 0. Default 1. */
  readonly trustCoefficient?: number;
  /** Added to the update's norm, >= 0. Default 0. */
  readonly epsilon?: number;
}

/**
 * Makes each parameter's step as long as its weights are: multiplies by `trustCoefficient * |p| / (|update| + epsilon)`, or by 1
 * where one of the norms is 0. A NaN makes the update of its parameter NaN.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const lambLike = chain(scaleByAdam(), scaleByTrustRatio(), scaleByLearningRate(0.001));
 * ```
 * @see You et al., Large batch training of convolutional networks, 2017; `optax.scale_by_trust_ratio`.
 */
export function scaleByTrustRatio(options: ScaleByTrustRatioOptions = {}): GradientTransform {
  const { values, config } = readOptions('scale-by-trust-ratio', options, {
    trustCoefficient: option.number({ min: 0, exclusiveMin: true, default: 1 }),
    epsilon: option.number({ min: 0, default: 0 }),
  });
  const { trustCoefficient, epsilon } = values;
  return eachParameter({
    name: 'scale-by-trust-ratio',
    config,
    rule(update, { parameter, step }) {
      const u = valueOf(update, step);
      const [weights, length] = [norm(parameter), norm(u)];
      const ratio = tf.div(
        tf.mul(weights, step.constant(trustCoefficient)),
        tf.add(length, step.constant(epsilon)),
      );
      // A NaN is neither 0 nor anything else, and so it stays.
      const zero = tf.logicalOr(tf.equal(weights, step.constant(0)), tf.equal(length, step.constant(0)));
      return { update: updateOf(u, tf.where(zero, step.constant(1), ratio) as Scalar) };
    },
  });
}

function norm(x: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(x)));
}
