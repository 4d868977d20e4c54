import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule } from './moment-rules.js';
import { runningSum } from './moments.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';
import { signOf } from './transforms/scale-by-sign.js';

/** Options of {@link lion}. `learningRate` is 1e-4 by default: a third to a tenth of Adam's. */
export interface LionOptions extends CommonOptions {
  /** Share of the mean in the direction, 0 <= beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of gradients, 0 <= beta2 < 1. Default 0.99. */
  readonly beta2?: number;
}

/**
 * Lion: every element moves by the learning rate, in the direction of a mean of gradients.
 *
 * ```text
 * d = sign(beta1 * m + (1 - beta1) * g)
 * m = beta2 * m + (1 - beta2) * g
 * p = p - learningRate * (d + weightDecay * p)
 * ```
 *
 * Slot: `m/<parameter>`, without its factor (1 - beta2). Kernels per parameter: 12. As `optax.lion` and Keras's Lion; a NaN gradient
 * gives a NaN here, where a sign would hide it.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = lion({ learningRate: 1e-4, weightDecay: 0.1 });
 * ```
 * @see Chen et al., Symbolic discovery of optimization algorithms, 2023, program 1.
 */
export function lion(options: LionOptions = {}): Optimizer {
  const read = readOptions('lion', options, {
    ...commonRules({ learningRate: 1e-4 }),
    beta1: betaRule(0.9),
    beta2: betaRule(0.99),
  });
  const { beta1, beta2 } = read.values;
  const direction = eachParameter({
    name: 'scale-by-lion',
    config: read.config,
    slots: { m: tf.zerosLike },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const before = slots['m']!;
      // The sign does not see the size: both terms are divided by (1 - beta1).
      const mixed = tf.add(tf.mul(before, step.constant((beta1 * (1 - beta2)) / (1 - beta1))), g);
      return { update: updateOf(signOf(mixed)), slots: { m: runningSum(before, step.constant(beta2), g) } };
    },
  });
  return commonOptimizer('lion', read, { direction: [direction] });
}
