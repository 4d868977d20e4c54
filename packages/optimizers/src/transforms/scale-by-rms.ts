import * as tf from '@tensorflow/tfjs-core';
import { option, readOptions } from '@espalier/core';
import { betaRule, epsilonRule } from '../moment-rules.js';
import { type EpsilonPlace, epsilonPlaceRule, rootOf, runningSum } from '../moments.js';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, updateOf, valueOf } from './gradient-transform.js';

/** Options of {@link scaleByRms}. */
export interface ScaleByRmsOptions {
  /** Decay of the mean of squared gradients, 0 <= rho < 1. Default 0.99, as PyTorch; Keras has 0.9. */
  readonly rho?: number;
  /** >= 0. Default 1e-8. */
  readonly epsilon?: number;
  /** `outside` of the root, as PyTorch (default), or `inside`, as Keras and optax. */
  readonly epsilonPlace?: EpsilonPlace;
  /** Divides by the standard deviation of gradients instead of their root mean square. Default false. */
  readonly centered?: boolean;
}

/** Rules of {@link ScaleByRmsOptions}. */
export function rmsRules() {
  return {
    rho: betaRule(0.99),
    epsilon: epsilonRule(1e-8),
    epsilonPlace: epsilonPlaceRule(),
    centered: option.boolean({ default: false as boolean }),
  };
}

/**
 * Divides by the running root mean square of gradients.
 *
 * ```text
 * v = rho * v + (1 - rho) * g^2              a = rho * a + (1 - rho) * g   (centered)
 * update = g / (sqrt(v) + epsilon), with v - a^2 in place of v where centered
 * ```
 *
 * Slots: `v/<parameter>`, where centered `a/<parameter>`, without their factors (1 - rho). Kernels per parameter: 6, centered 12.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = toOptimizer(chain(scaleByRms({ rho: 0.9 }), scaleByLearningRate(0.001)), { name: 'rms' });
 * ```
 */
export function scaleByRms(options: ScaleByRmsOptions = {}): GradientTransform {
  const { values, config } = readOptions('scale-by-rms', options, rmsRules());
  const { rho, epsilon, epsilonPlace, centered } = values;
  return eachParameter({
    name: 'scale-by-rms',
    config,
    slots: { v: tf.zerosLike, ...(centered && { a: tf.zerosLike }) },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const kept = step.constant(rho);
      const v = runningSum(slots['v']!, kept, tf.square(g));
      const a = centered ? runningSum(slots['a']!, kept, g) : undefined;
      // Rounding may take a variance of 0 below it; a NaN is left to the gradient that is divided.
      const spread = a ? tf.relu(tf.sub(v, tf.mul(tf.square(a), step.constant(1 - rho)))) : v;
      const root = rootOf(spread, epsilon, 1 - rho, epsilonPlace, (value) => step.constant(value));
      return { update: updateOf(tf.div(g, root), 1 / Math.sqrt(1 - rho)), slots: { v, a } };
    },
  });
}
