import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { pow } from '@espalier/core/internal';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { eachParameter } from './transforms/each-parameter.js';
import { scaleUpdate, updateOf, valueOf } from './transforms/gradient-transform.js';

/** Options of {@link asgd}. `learningRate` is 0.01 by default. */
export interface AsgdOptions extends Omit<CommonOptions, 'weightDecay'> {
  /** Decay of parameters, and of the rate over time, >= 0. Default 1e-4: PyTorch's `lambd`. */
  readonly decay?: number;
  /** How fast the rate falls, >= 0. Default 0.75: PyTorch's `alpha`. */
  readonly power?: number;
  /** Steps before averaging starts, >= 0. Default 1e6: PyTorch's `t0`. */
  readonly averageFrom?: number;
}

/**
 * Averaged stochastic gradient descent: descent with a falling rate, and beside it the mean of the parameters.
 *
 * ```text
 * rate = learningRate / (1 + decay * learningRate * t)^power,   t = 0, 1, ...
 * p = p - rate * (g + decay * p)
 * average = average + (p - average) / max(1, t - averageFrom)
 * ```
 *
 * Training goes on with p; the average is the slot `average/<parameter>`, which a checkpoint holds. Kernels per parameter: 8.
 * Semantics are `torch.optim.ASGD`'s. In the falling of the rate `learningRate` is the schedule's, without factors of plugins.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = asgd({ learningRate: 0.05, averageFrom: 1000 });
 * ```
 * @see Polyak and Juditsky, Acceleration of stochastic approximation by averaging, 1992.
 */
export function asgd(options: AsgdOptions = {}): Optimizer {
  const { weightDecay: _, ...common } = commonRules({ learningRate: 0.01 });
  const read = readOptions('asgd', options, {
    ...common,
    decay: option.number({ min: 0, default: 1e-4 }),
    power: option.number({ min: 0, default: 0.75 }),
    averageFrom: option.number({ min: 0, default: 1e6 }),
  });
  const { learningRate, decay, power, averageFrom } = read.values;
  const direction = eachParameter({
    name: 'fall',
    config: read.config,
    scalars: {
      rateShare(at) {
        const rate = typeof learningRate === 'function' ? learningRate(at) : learningRate;
        return pow(1 + decay * rate * at.step, -power);
      },
    },
    rule: (update, { parameter, step }) => ({
      update: scaleUpdate([...update, ...updateOf(parameter, decay)], step.scalar('rateShare')),
    }),
  });
  const average = eachParameter({
    name: 'average',
    config: read.config,
    scalars: { averageShare: ({ step }) => 1 / Math.max(1, step - averageFrom) },
    slots: { average: tf.zerosLike },
    rule(update, { parameter, slots, step }) {
      const change = valueOf(update, step);
      const next = tf.sub(parameter, change);
      const before = slots['average']!;
      const gap = tf.mul(tf.sub(next, before), step.scalar('averageShare'));
      return { update: updateOf(change), slots: { average: tf.add(before, gap) } };
    },
  });
  return commonOptimizer(
    'asgd',
    { values: { ...read.values, weightDecay: 0 }, config: read.config },
    { direction: [direction], afterRate: [average] },
  );
}
