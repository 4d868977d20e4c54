import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, StepPosition } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { pow } from '@espalier/core/internal';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule } from './moment-rules.js';
import { corrected, rootScale, runningSum } from './moments.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';

/** Options of {@link radam}. `learningRate` is 0.001 by default. */
export interface RadamOptions extends CommonOptions {
  /** Decay of the mean of gradients, 0 <= beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, 0 <= beta2 < 1. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean of squares, > 0. Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * RAdam: Adam that leaves out the adaptive scaling in the first steps, while the mean of squares rests on too few of them, and
 * rectifies its variance afterwards.
 *
 * ```text
 * rho_inf = 2 / (1 - beta2) - 1              rho_t = rho_inf - 2 * t * beta2^t / (1 - beta2^t)
 * p = p - learningRate * m / (1 - beta1^t)                                                        where rho_t <= 5
 * p = p - learningRate * m / (1 - beta1^t) * r * sqrt(1 - beta2^t) / (sqrt(v) + epsilon)          else, with
 * r = sqrt((rho_t - 4) * (rho_t - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho_t))
 * ```
 *
 * Slots: `m/<parameter>` and `v/<parameter>`, without their factors (1 - beta). Kernels per parameter: 12. Semantics are
 * `torch.optim.RAdam`'s, whose `decoupled_weight_decay` is `weightDecay` here.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = radam({ learningRate: 0.001 });
 * ```
 * @see Liu et al., On the variance of the adaptive learning rate and beyond, 2020, algorithm 2.
 */
export function radam(options: RadamOptions = {}): Optimizer {
  const read = readOptions('radam', options, {
    ...commonRules({ learningRate: 0.001 }),
    beta1: betaRule(0.9),
    beta2: betaRule(0.999),
    epsilon: option.number({ min: 0, exclusiveMin: true, default: 1e-8 }),
  });
  const { beta1, beta2, epsilon } = read.values;
  const rectification = rectificationAt(beta2);
  const direction = eachParameter({
    name: 'scale-by-radam',
    config: read.config,
    scalars: {
      // One of the two is 0.
      adaptiveScale: (at) => corrected(beta1, at) * rectification(at) * rootScale(beta2, at),
      plainScale: (at) => (rectification(at) === 0 ? corrected(beta1, at) : 0),
    },
    slots: { m: tf.zerosLike, v: tf.zerosLike },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const m = runningSum(slots['m']!, step.constant(beta1), g);
      const v = runningSum(slots['v']!, step.constant(beta2), tf.square(g));
      const root = tf.add(tf.sqrt(v), step.constant(epsilon / Math.sqrt(1 - beta2)));
      const factor = tf.add(tf.div(step.scalar('adaptiveScale'), root), step.scalar('plainScale'));
      return { update: updateOf(tf.mul(m, factor)), slots: { m, v } };
    },
  });
  return commonOptimizer('radam', read, { direction: [direction] });
}

/** r, and 0 as long as it is not defined. */
function rectificationAt(beta2: number): (at: StepPosition) => number {
  const limit = 2 / (1 - beta2) - 1;
  return ({ step }) => {
    const t = step + 1;
    const length = limit - (2 * t * pow(beta2, t)) / (1 - pow(beta2, t));
    if (length <= 5) return 0;
    return Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
  };
}
