import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { pow } from '@espalier/core/internal';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule, epsilonRule } from './moment-rules.js';
import { rootScale, runningSum } from './moments.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';

/** Options of {@link nadam}. `learningRate` is 0.002 by default. */
export interface NadamOptions extends CommonOptions {
  /** Decay of the mean of gradients, 0 <= beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, 0 <= beta2 < 1. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean of squares, >= 0. Default 1e-8. */
  readonly epsilon?: number;
  /** How fast the momentum rises from half of beta1 to beta1, >= 0. Default 0.004, as PyTorch; Keras's is 1. */
  readonly momentumDecay?: number;
}

/**
 * NAdam: Adam with Nesterov's momentum, which rises over the run.
 *
 * ```text
 * mu_t = beta1 * (1 - 0.5 * 0.96^(t * momentumDecay))
 * m = beta1 * m + (1 - beta1) * g            v = beta2 * v + (1 - beta2) * g^2
 * d = (1 - mu_t) * g / (1 - mu_1 ... mu_t) + mu_(t+1) * m / (1 - mu_1 ... mu_(t+1))
 * p = p - learningRate * d / (sqrt(v / (1 - beta2^t)) + epsilon)
 * ```
 *
 * Slots: `m/<parameter>` and `v/<parameter>`, without their factors (1 - beta). Kernels per parameter: 13. Semantics are
 * `torch.optim.NAdam`'s, whose `decoupled_weight_decay` is `weightDecay` here; Keras's Nadam has `momentumDecay: 1` and epsilon 1e-7.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = nadam({ learningRate: 0.002 });
 * ```
 * @see Dozat, Incorporating Nesterov momentum into Adam, 2016.
 */
export function nadam(options: NadamOptions = {}): Optimizer {
  const read = readOptions('nadam', options, {
    ...commonRules({ learningRate: 0.002 }),
    beta1: betaRule(0.9),
    beta2: betaRule(0.999),
    epsilon: epsilonRule(1e-8),
    momentumDecay: option.number({ min: 0, default: 0.004 }),
  });
  const { beta1, beta2, epsilon, momentumDecay } = read.values;
  const momentumAt = (t: number): number => beta1 * (1 - 0.5 * pow(0.96, t * momentumDecay));
  const productTo = momentumProduct(momentumAt);
  const direction = eachParameter({
    name: 'scale-by-nadam',
    config: read.config,
    scalars: {
      gradientScale: (at) =>
        (rootScale(beta2, at) * (1 - momentumAt(at.step + 1))) / (1 - productTo(at.step + 1)),
      momentScale: (at) =>
        (rootScale(beta2, at) * momentumAt(at.step + 2) * (1 - beta1)) / (1 - productTo(at.step + 2)),
      scaledEpsilon: (at) => rootScale(beta2, at) * epsilon,
    },
    slots: { m: tf.zerosLike, v: tf.zerosLike },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const m = runningSum(slots['m']!, step.constant(beta1), g);
      const v = runningSum(slots['v']!, step.constant(beta2), tf.square(g));
      const d = tf.add(tf.mul(g, step.scalar('gradientScale')), tf.mul(m, step.scalar('momentScale')));
      return {
        update: updateOf(tf.div(d, tf.add(tf.sqrt(v), step.scalar('scaledEpsilon')))),
        slots: { m, v },
      };
    },
  });
  return commonOptimizer('nadam', read, { direction: [direction] });
}

/** The product of the first t momenta. Steps are asked for in order, so it goes on from the last one. */
function momentumProduct(momentumAt: (t: number) => number): (t: number) => number {
  let [last, product] = [0, 1];
  return (t) => {
    if (t < last) [last, product] = [0, 1];
    while (last < t && product > 0) product *= momentumAt(++last);
    // Once it has underflowed it stays 0, however far the run goes.
    if (product > 0) return product;
    return 0;
  };
}
