import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule, epsilonRule } from './moment-rules.js';
import { corrected, rootScale, runningSum } from './moments.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';

/** Options of {@link adan}. `learningRate` is 0.001 by default. */
export interface AdanOptions extends CommonOptions {
  /** Decay of the mean of gradients, 0 <= beta1 < 1. Default 0.98. */
  readonly beta1?: number;
  /** Decay of the mean of gradients' changes, 0 <= beta2 < 1. Default 0.92. */
  readonly beta2?: number;
  /** Decay of the mean of squares, 0 <= beta3 < 1. Default 0.99. */
  readonly beta3?: number;
  /** Added to the root of the mean of squares, >= 0. Default 1e-8. */
  readonly epsilon?: number;
  /** How much of a gradient's change is expected to go on, >= 0. Default `beta2`, as the paper; optax takes 1 - beta2. */
  readonly differenceScale?: number;
}

/**
 * Adan: Nesterov's look ahead, estimated from the change of the gradient since the last step.
 *
 * ```text
 * c = g - previous g (0 at the first step)   k = differenceScale
 * m = beta1 * m + (1 - beta1) * g            v = beta2 * v + (1 - beta2) * c
 * n = beta3 * n + (1 - beta3) * (g + k * c)^2
 * p = p - learningRate * (m / (1 - beta1^t) + k * v / (1 - beta2^t)) / (sqrt(n / (1 - beta3^t)) + epsilon)
 * ```
 *
 * Slots: `m`, `v`, `n` without their factors (1 - beta), and `previous`, each `/<parameter>`. Kernels per parameter: 20. The betas are
 * shares that are kept, as in the authors' code; the paper's are 1 minus these. Their proximal decay is `weightDecay` here, added to the step.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = adan({ learningRate: 0.001, weightDecay: 0.02 });
 * ```
 * @see Xie et al., Adan: adaptive Nesterov momentum algorithm for faster optimizing deep models, 2022, algorithm 1; `optax.adan`
 * with `eps_root` 0.
 */
export function adan(options: AdanOptions = {}): Optimizer {
  const read = readOptions('adan', options, {
    ...commonRules({ learningRate: 0.001 }),
    beta1: betaRule(0.98),
    beta2: betaRule(0.92),
    beta3: betaRule(0.99),
    epsilon: epsilonRule(1e-8),
    differenceScale: option.number({ min: 0, optional: true }),
  });
  const { beta1, beta2, beta3, epsilon, differenceScale = beta2 } = read.values;
  const direction = eachParameter({
    name: 'scale-by-adan',
    config: read.config,
    scalars: {
      changeScale: ({ step }) => (step === 0 ? 0 : 1),
      gradientScale: (at) => rootScale(beta3, at) * corrected(beta1, at),
      differenceScale: (at) => rootScale(beta3, at) * corrected(beta2, at) * differenceScale,
      scaledEpsilon: (at) => rootScale(beta3, at) * epsilon,
    },
    slots: { m: tf.zerosLike, v: tf.zerosLike, n: tf.zerosLike, previous: tf.zerosLike },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const change = tf.mul(tf.sub(g, slots['previous']!), step.scalar('changeScale'));
      const ahead = tf.add(g, tf.mul(change, step.constant(differenceScale)));
      const m = runningSum(slots['m']!, step.constant(beta1), g);
      const v = runningSum(slots['v']!, step.constant(beta2), change);
      const n = runningSum(slots['n']!, step.constant(beta3), tf.square(ahead));
      const top = tf.add(tf.mul(m, step.scalar('gradientScale')), tf.mul(v, step.scalar('differenceScale')));
      const direction = tf.div(top, tf.add(tf.sqrt(n), step.scalar('scaledEpsilon')));
      // A copy: the gradient belongs to the step.
      return { update: updateOf(direction), slots: { m, v, n, previous: tf.clone(g) } };
    },
  });
  return commonOptimizer('adan', read, { direction: [direction] });
}
