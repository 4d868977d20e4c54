import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule, epsilonRule } from './moment-rules.js';
import { corrected, type EpsilonPlace, epsilonPlaceRule, runningSum } from './moments.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';

/** Options of {@link adamax}. `learningRate` is 0.002 by default. */
export interface AdamaxOptions extends CommonOptions {
  /** Decay of the mean of gradients, 0 <= beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the largest absolute gradient, 0 <= beta2 < 1. Default 0.999. */
  readonly beta2?: number;
  /** >= 0. Default 1e-8. */
  readonly epsilon?: number;
  /** `inside` of the maximum, as PyTorch (default), or `outside`, as Keras. */
  readonly epsilonPlace?: EpsilonPlace;
}

/**
 * Adamax: Adam with the largest absolute gradient, fading, in place of the root mean square.
 *
 * ```text
 * m = beta1 * m + (1 - beta1) * g            u = max(beta2 * u, |g| + epsilon)
 * p = p - learningRate * m / (1 - beta1^t) / u
 * ```
 *
 * Slots: `m/<parameter>`, without its factor (1 - beta1), and `u/<parameter>`. Kernels per parameter: 9. Semantics are
 * `torch.optim.Adamax`'s; with `epsilonPlace: 'outside'` Keras's, which divides by `u + epsilon`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = adamax({ learningRate: 0.002 });
 * ```
 * @see Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 2.
 */
export function adamax(options: AdamaxOptions = {}): Optimizer {
  const read = readOptions('adamax', options, {
    ...commonRules({ learningRate: 0.002 }),
    beta1: betaRule(0.9),
    beta2: betaRule(0.999),
    epsilon: epsilonRule(1e-8),
    epsilonPlace: { ...epsilonPlaceRule(), fallback: 'inside' },
  });
  const { beta1, beta2, epsilon, epsilonPlace } = read.values;
  const inside = epsilonPlace === 'inside';
  const direction = eachParameter({
    name: 'scale-by-adamax',
    config: read.config,
    scalars: { stepScale: (at) => corrected(beta1, at) },
    slots: { m: tf.zerosLike, u: tf.zerosLike },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const added = step.constant(epsilon);
      const m = runningSum(slots['m']!, step.constant(beta1), g);
      const size = inside ? tf.add(tf.abs(g), added) : tf.abs(g);
      const u = tf.maximum(tf.mul(slots['u']!, step.constant(beta2)), size);
      return {
        update: updateOf(tf.div(m, inside ? u : tf.add(u, added)), step.scalar('stepScale')),
        slots: { m, u },
      };
    },
  });
  return commonOptimizer('adamax', read, { direction: [direction] });
}
