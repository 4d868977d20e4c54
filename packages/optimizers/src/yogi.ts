import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule, epsilonRule } from './moment-rules.js';
import { momentScalars, runningSum } from './moments.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';

/** Options of {@link yogi}. `learningRate` is 0.01 by default. */
export interface YogiOptions extends CommonOptions {
  /** Decay of the mean of gradients, 0 <= beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** How slowly the mean of squares follows, 0 <= beta2 < 1. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean of squares, >= 0. Default 0.001. */
  readonly epsilon?: number;
  /** What both means begin with, >= 0. Default 1e-6. */
  readonly initialAccumulator?: number;
}

/**
 * Yogi: Adam whose mean of squares moves by the size of the squared gradient, not by its distance: it does not forget fast.
 *
 * ```text
 * m = beta1 * m + (1 - beta1) * g            v = v - (1 - beta2) * sign(v - g^2) * g^2
 * p = p - learningRate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 * ```
 *
 * Slots: `m/<parameter>` and `v/<parameter>`, without their factors (1 - beta). Kernels per parameter: 13. As `optax.yogi`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = yogi({ learningRate: 0.01 });
 * ```
 * @see Zaheer et al., Adaptive methods for nonconvex optimization, 2018, algorithm 2.
 */
export function yogi(options: YogiOptions = {}): Optimizer {
  const read = readOptions('yogi', options, {
    ...commonRules({ learningRate: 0.01 }),
    beta1: betaRule(0.9),
    beta2: betaRule(0.999),
    epsilon: epsilonRule(1e-3),
    initialAccumulator: option.number({ min: 0, default: 1e-6 }),
  });
  const { beta1, beta2, epsilon, initialAccumulator } = read.values;
  const direction = eachParameter({
    name: 'scale-by-yogi',
    config: read.config,
    scalars: momentScalars(beta1, beta2, epsilon),
    slots: {
      m: ({ shape }) => tf.fill(shape, initialAccumulator / (1 - beta1)),
      v: ({ shape }) => tf.fill(shape, initialAccumulator / (1 - beta2)),
    },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const m = runningSum(slots['m']!, step.constant(beta1), g);
      const square = tf.square(g);
      const gap = tf.sign(tf.sub(tf.mul(slots['v']!, step.constant(1 - beta2)), square));
      const v = tf.sub(slots['v']!, tf.mul(gap, square));
      const direction = tf.div(m, tf.add(tf.sqrt(v), step.scalar('scaledEpsilon')));
      return { update: updateOf(direction, step.scalar('stepScale')), slots: { m, v } };
    },
  });
  return commonOptimizer('yogi', read, { direction: [direction] });
}
