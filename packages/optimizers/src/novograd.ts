import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule, epsilonRule } from './moment-rules.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';
import { trace } from './transforms/trace.js';

/** Options of {@link novograd}. `learningRate` is 0.001 by default. */
export interface NovogradOptions extends CommonOptions {
  /** Momentum of the normalised gradients, 0 <= beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared norms, 0 <= beta2 < 1. Default 0.25. */
  readonly beta2?: number;
  /** Added to the root of the mean of squared norms, >= 0. Default 1e-6. */
  readonly epsilon?: number;
}

/**
 * NovoGrad: momentum of gradients that are divided by the running norm of their parameter's, one number for each.
 *
 * ```text
 * n = beta2 * n + (1 - beta2) * |g|^2        (first step: n = |g|^2)
 * m = beta1 * m + g / (sqrt(n) + epsilon) + weightDecay * p
 * p = p - learningRate * m
 * ```
 *
 * Slots: `momentum/<parameter>`, and the scalar `norm/<parameter>`. Kernels per parameter: 12, half of them on scalars. As
 * `optax.novograd`. A NaN makes its whole parameter NaN.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = novograd({ learningRate: 0.01, weightDecay: 0.001 });
 * ```
 * @see Ginsburg et al., Stochastic gradient methods with layer-wise adaptive moments for training of deep networks, 2019,
 * algorithm 1.
 */
export function novograd(options: NovogradOptions = {}): Optimizer {
  const read = readOptions('novograd', options, {
    ...commonRules({ learningRate: 0.001 }),
    beta1: betaRule(0.9),
    beta2: betaRule(0.25),
    epsilon: epsilonRule(1e-6),
  });
  const { beta1, beta2, epsilon } = read.values;
  const normalize = eachParameter({
    name: 'divide-by-norm',
    config: read.config,
    scalars: {
      normKept: ({ step }) => (step === 0 ? 0 : beta2),
      normShare: ({ step }) => (step === 0 ? 1 : 1 - beta2),
    },
    slots: { norm: () => tf.scalar(0) },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const now = tf.mul(tf.sum(tf.square(g)), step.scalar('normShare'));
      const norm = tf.add(tf.mul(slots['norm']!, step.scalar('normKept')), now);
      return {
        update: updateOf(tf.div(g, tf.add(tf.sqrt(norm), step.constant(epsilon)))),
        slots: { norm },
      };
    },
  });
  return commonOptimizer('novograd', read, {
    direction: [normalize],
    afterDecay: beta1 === 0 ? [] : [trace({ momentum: beta1 })],
  });
}
