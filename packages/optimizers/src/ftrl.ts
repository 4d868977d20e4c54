import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { type CommonOptions, commonRules } from './common-options.js';
import { chain } from './transforms/chain.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';
import { scale } from './transforms/scale.js';
import { toOptimizer } from './transforms/to-optimizer.js';

/** Options of {@link ftrl}. `learningRate` is 0.001 by default. */
export interface FtrlOptions extends Pick<CommonOptions, 'learningRate' | 'maximize'> {
  /** Power by which the rate falls with the sum of squares, <= 0. Default -0.5; 0 is a constant rate. */
  readonly power?: number;
  /** What the sum of squares begins with, >= 0. Default 0.1. */
  readonly initialAccumulator?: number;
  /** Weight of the L1 penalty, >= 0: parameters become exactly 0. Default 0. */
  readonly l1?: number;
  /** Weight of the L2 penalty on the solution, >= 0. Default 0. */
  readonly l2?: number;
  /** Weight of an L2 penalty on the gradient's side, >= 0. Default 0. */
  readonly l2Shrinkage?: number;
  /** Added to the root of the sum of squares in the rate, >= 0. Default 0. */
  readonly beta?: number;
}

/**
 * FTRL-Proximal: follow the regularized leader, for sparse linear models.
 *
 * ```text
 * s' = s + g^2                               r = s'^-power - s^-power
 * z = z + g + 2 * l2Shrinkage * p - r / learningRate * p
 * p = (clip(z, -l1, l1) - z) / ((s'^-power + beta) / learningRate + 2 * l2)
 * ```
 *
 * Slots: `sum/<parameter>` and `linear/<parameter>`. Kernels per parameter: 27. As Keras's Ftrl. Start parameters at 0: with a
 * gradient of 0 their first value is forgotten. At a rate of 0 nothing changes.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = ftrl({ learningRate: 0.1, l1: 0.001 });
 * ```
 * @see McMahan et al., Ad click prediction: a view from the trenches, 2013, algorithm 1.
 */
export function ftrl(options: FtrlOptions = {}): Optimizer {
  const { learningRate, maximize } = commonRules({ learningRate: 0.001 });
  const weight = option.number({ min: 0, default: 0 });
  const read = readOptions('ftrl', options, {
    learningRate,
    maximize,
    power: option.number({ max: 0, default: -0.5 }),
    initialAccumulator: option.number({ min: 0, default: 0.1 }),
    l1: weight,
    l2: weight,
    l2Shrinkage: weight,
    beta: weight,
  });
  const { power, initialAccumulator, l1, l2, l2Shrinkage, beta } = read.values;
  const raised = (x: Tensor): Tensor => (power === -0.5 ? tf.sqrt(x) : tf.pow(x, tf.scalar(-power)));
  const leader = eachParameter({
    name: 'follow-the-leader',
    config: read.config,
    learningRate: read.values.learningRate,
    slots: {
      sum: ({ shape }) => tf.fill(shape, initialAccumulator),
      linear: tf.zerosLike,
    },
    rule(update, { parameter, slots, step }) {
      const g = valueOf(update, step);
      const rate = step.scalar('learningRate');
      const moving = tf.greater(rate, step.constant(0));
      // Divided by below: any number will do where nothing moves.
      const safe = tf.where(moving, rate, step.constant(1));
      const go = tf.cast(moving, 'float32');
      const sum = tf.add(slots['sum']!, tf.square(g));
      const [before, now] = [raised(slots['sum']!), raised(sum)];
      const pulled = l2Shrinkage === 0 ? g : tf.add(g, tf.mul(parameter, step.constant(2 * l2Shrinkage)));
      const change = tf.sub(pulled, tf.mul(tf.div(tf.sub(now, before), safe), parameter));
      const linear = tf.add(slots['linear']!, tf.mul(change, go));
      const steepness = tf.add(tf.div(tf.add(now, step.constant(beta)), safe), step.constant(2 * l2));
      const bound = step.constant(l1);
      const shrunk =
        l1 === 0 ? tf.neg(linear) : tf.sub(tf.maximum(tf.minimum(linear, bound), tf.neg(bound)), linear);
      const next = tf.div(shrunk, steepness);
      const kept = tf.add(slots['sum']!, tf.mul(tf.square(g), go));
      return { update: updateOf(tf.mul(tf.sub(parameter, next), go)), slots: { sum: kept, linear } };
    },
  });
  const transforms = read.values.maximize ? [scale(-1), leader] : [leader];
  return toOptimizer(chain(...transforms), { name: 'ftrl', config: read.config });
}
