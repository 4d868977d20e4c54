import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule, epsilonRule } from './moment-rules.js';
import { rootScale, runningSum } from './moments.js';
import { averageSteps, type ScheduleFreeOptions, scheduleFreeRules } from './schedule-free.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';

/** Options of {@link scheduleFreeAdamW}. `learningRate` is 0.0025 by default. */
export interface ScheduleFreeAdamWOptions extends CommonOptions, ScheduleFreeOptions {
  /** How near to the average gradients are taken, 0 < beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, 0 <= beta2 < 1. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean of squares, >= 0. Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Schedule-free AdamW: Adam's scaling with an average of steps in place of momentum, so that no schedule is needed but a warm-up.
 *
 * ```text
 * v = beta2 * v + (1 - beta2) * g^2
 * z = z - learningRate * (g / (sqrt(v / (1 - beta2^t)) + epsilon) + weightDecay * y)
 * x = (1 - c) * x + c * z                    y = beta1 * x + (1 - beta1) * z
 * ```
 *
 * c is the step's weight in the average of all; the model trains with y. Evaluate and keep x: {@link scheduleFreeWeights}. Slots: `v`
 * without its factor (1 - beta2), `z`, and the scalars `largestRate` and `weights`, each `/<parameter>`. Kernels per parameter: 22,
 * a third of them on scalars. As `AdamWScheduleFree` of the authors' package.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = scheduleFreeAdamW({ learningRate: warmup(0.0025, 500), weightDecay: 0.01 });
 * ```
 * @see Defazio et al., The road less scheduled, 2024, algorithm 1.
 */
export function scheduleFreeAdamW(options: ScheduleFreeAdamWOptions = {}): Optimizer {
  const read = readOptions('schedule-free-adamw', options, {
    ...commonRules({ learningRate: 0.0025 }),
    ...scheduleFreeRules(),
    beta1: option.number({ min: 0, max: 1, exclusiveMin: true, exclusiveMax: true, default: 0.9 }),
    beta2: betaRule(0.999),
    epsilon: epsilonRule(1e-8),
  });
  const { beta1: interpolation, beta2, epsilon, weightPower, ratePower } = read.values;
  const direction = eachParameter({
    name: 'scale-by-corrected-rms',
    config: read.config,
    scalars: {
      rootScale: (at) => rootScale(beta2, at),
      scaledEpsilon: (at) => rootScale(beta2, at) * epsilon,
    },
    slots: { v: tf.zerosLike },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const v = runningSum(slots['v']!, step.constant(beta2), tf.square(g));
      const scaled = tf.div(g, tf.add(tf.sqrt(v), step.scalar('scaledEpsilon')));
      return { update: updateOf(scaled, step.scalar('rootScale')), slots: { v } };
    },
  });
  return commonOptimizer('schedule-free-adamw', read, {
    direction: [direction],
    afterRate: [averageSteps(read.config, { interpolation, weightPower, ratePower })],
  });
}
