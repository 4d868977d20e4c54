import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule, epsilonRule } from './moment-rules.js';
import { momentScalars, runningSum } from './moments.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';

/** Options of {@link adaBelief}. `learningRate` is 0.001 by default. */
export interface AdaBeliefOptions extends CommonOptions {
  /** Decay of the mean of gradients, 0 <= beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared deviations, 0 <= beta2 < 1. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root, >= 0. Default 1e-16. */
  readonly epsilon?: number;
  /** Added to the mean of squared deviations at each step, >= 0. Default 1e-16. */
  readonly epsilonRoot?: number;
}

/**
 * AdaBelief: Adam that divides by how far gradients are from their mean instead of by how large they are: long steps where gradients
 * are as expected.
 *
 * ```text
 * m = beta1 * m + (1 - beta1) * g            s = beta2 * s + (1 - beta2) * (g - m)^2 + epsilonRoot
 * p = p - learningRate * (m / (1 - beta1^t)) / (sqrt(s / (1 - beta2^t)) + epsilon)
 * ```
 *
 * Slots: `m/<parameter>` and `s/<parameter>`, without their factors (1 - beta). Kernels per parameter: 13. As `optax.adabelief`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = adaBelief({ learningRate: 0.001 });
 * ```
 * @see Zhuang et al., AdaBelief optimizer: adapting stepsizes by the belief in observed gradients, 2020, algorithm 2.
 */
export function adaBelief(options: AdaBeliefOptions = {}): Optimizer {
  const read = readOptions('ada-belief', options, {
    ...commonRules({ learningRate: 0.001 }),
    beta1: betaRule(0.9),
    beta2: betaRule(0.999),
    epsilon: epsilonRule(1e-16),
    epsilonRoot: epsilonRule(1e-16),
  });
  const { beta1, beta2, epsilon, epsilonRoot } = read.values;
  const direction = eachParameter({
    name: 'scale-by-belief',
    config: read.config,
    scalars: momentScalars(beta1, beta2, epsilon),
    slots: { m: tf.zerosLike, s: tf.zerosLike },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const m = runningSum(slots['m']!, step.constant(beta1), g);
      const deviation = tf.square(tf.sub(g, tf.mul(m, step.constant(1 - beta1))));
      const added = tf.add(deviation, step.constant(epsilonRoot / (1 - beta2)));
      const s = runningSum(slots['s']!, step.constant(beta2), added);
      const direction = tf.div(m, tf.add(tf.sqrt(s), step.scalar('scaledEpsilon')));
      return { update: updateOf(direction, step.scalar('stepScale')), slots: { m, s } };
    },
  });
  return commonOptimizer('ada-belief', read, { direction: [direction] });
}
