import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule, epsilonRule } from './moment-rules.js';
import { runningSum } from './moments.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';

/** Options of {@link adadelta}. `learningRate` is 1 by default. */
export interface AdadeltaOptions extends CommonOptions {
  /** Decay of both means of squares, 0 <= rho < 1. Default 0.9, as PyTorch; Keras has 0.95. */
  readonly rho?: number;
  /** Added inside both roots, >= 0. Default 1e-6, as PyTorch; Keras has 1e-7. */
  readonly epsilon?: number;
}

/**
 * Adadelta: gradients scaled by the ratio of the running root mean squares of steps and of gradients.
 *
 * ```text
 * v = rho * v + (1 - rho) * g^2
 * step = g * sqrt(d + epsilon) / sqrt(v + epsilon)
 * d = rho * d + (1 - rho) * step^2
 * p = p - learningRate * step
 * ```
 *
 * Slots: `v/<parameter>` and `d/<parameter>`, without their factors (1 - rho). Kernels per parameter: 14. Semantics are
 * `torch.optim.Adadelta`'s; Keras's differ in defaults only. TensorFlow.js' own divides by the v of the step before.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = adadelta();
 * ```
 * @see Zeiler, ADADELTA: an adaptive learning rate method, 2012, algorithm 1.
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const read = readOptions('adadelta', options, {
    ...commonRules({ learningRate: 1 }),
    rho: betaRule(0.9),
    epsilon: epsilonRule(1e-6),
  });
  const { rho, epsilon } = read.values;
  const direction = eachParameter({
    name: 'scale-by-ratio-of-roots',
    config: read.config,
    slots: { v: tf.zerosLike, d: tf.zerosLike },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const [kept, added] = [step.constant(rho), step.constant(epsilon / (1 - rho))];
      const v = runningSum(slots['v']!, kept, tf.square(g));
      const ratio = tf.div(tf.sqrt(tf.add(slots['d']!, added)), tf.sqrt(tf.add(v, added)));
      const delta = tf.mul(g, ratio);
      return { update: updateOf(delta), slots: { v, d: runningSum(slots['d']!, kept, tf.square(delta)) } };
    },
  });
  return commonOptimizer('adadelta', read, { direction: [direction] });
}
