import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { adamBias } from './adam-bias.js';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule } from './moment-rules.js';
import { scaleByDistance } from './scale-by-distance.js';
import type { GradientTransform, Update } from './transforms/gradient-transform.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';
import { sharedSlot, sharedSlots, sumOfAll } from './transforms/shared-numbers.js';

/** Options of {@link dAdaptAdam}. `learningRate` is 1 by default, a factor that a schedule may lower. */
export interface DAdaptAdamOptions extends CommonOptions {
  /** Decay of the mean of gradients, 0 <= beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squares, 0 < beta2 < 1. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean of squares, > 0. Default 1e-8. */
  readonly epsilon?: number;
  /** The distance at the start, > 0. Default 1e-6. */
  readonly d0?: number;
  /** Largest growth of the distance in a step, >= 1. Default none. */
  readonly growthRate?: number;
  /** Correct the means for starting at 0, as Adam. Default false. */
  readonly biasCorrection?: boolean;
}

/**
 * D-Adaptation of Adam: its rate is a lower bound on the distance to the solution, which grows while it trains.
 *
 * ```text
 * r = d * learningRate                      (times Adam's bias correction, where asked for)    b = sqrt(beta2)
 * a = b * a + (1 - b) r sum(g s / (sqrt(v) + epsilon))
 * m = beta1 * m + (1 - beta1) r g           v = beta2 * v + (1 - beta2) g^2
 * s = b * s + (1 - b) r g                   d' = max(d, a / ((1 - b) sum(abs(s))))    at most growthRate * d
 * p = p - m / (sqrt(v) + epsilon) - r * weightDecay * p
 * ```
 *
 * a and d belong to all parameters together. Slots: `m`, `v`, `s`, each `/<parameter>`, and the numbers `d`, `numerator` with the first
 * parameter. Kernels per parameter: 22. As `DAdaptAdam` of the authors' package, its `decouple` being `weightDecay` here and its other
 * decay `l2`; where the rate is 0, nothing moves.
 * A gradient that is NaN stops the estimate for good, as in the originals: use a guard of the callbacks.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = dAdaptAdam({ weightDecay: 0.01 });
 * ```
 * @see Defazio and Mishchenko, Learning-rate-free learning by D-Adaptation, 2023, algorithm 5.
 */
export function dAdaptAdam(options: DAdaptAdamOptions = {}): Optimizer {
  const positive = { min: 0, exclusiveMin: true } as const;
  const read = readOptions('d-adapt-adam', options, {
    ...commonRules({ learningRate: 1 }),
    beta1: betaRule(0.9),
    beta2: option.number({ ...positive, max: 1, exclusiveMax: true, default: 0.999 }),
    epsilon: option.number({ ...positive, default: 1e-8 }),
    d0: option.number({ ...positive, default: 1e-6 }),
    growthRate: option.number({ min: 1, optional: true }),
    biasCorrection: option.boolean({ default: false }),
  });
  const { beta1, beta2, epsilon, d0, growthRate, biasCorrection } = read.values;
  const root = Math.sqrt(beta2);
  const bias = biasCorrection ? adamBias(beta1, beta2) : undefined;
  const direction: GradientTransform = {
    name: 'scale-by-d-adapt-adam',
    config: read.config,
    ...(bias && { scalars: { bias } }),
    slotNames: ['m', 'v', 's', 'd', 'numerator'],
    perParameter: false,
    init(parameters) {
      const slots: Record<string, Tensor> = { ...sharedSlots({ d: d0, numerator: 0 }, parameters) };
      for (const [name, parameter] of Object.entries(parameters))
        for (const slot of ['m', 'v', 's']) slots[`${slot}/${name}`] = tf.zerosLike(parameter);
      return slots;
    },
    update(updates, slots, parameters, step) {
      const gradients = Object.entries(updates).map(
        ([name, update]) => [name, valueOf(update, step)] as const,
      );
      if (gradients.length === 0) return { updates, slots: {} };
      const shared = (slot: string) => sharedSlot(slot, slots, parameters, step.optimizer);
      const next: Record<string, Tensor> = {};
      const d = slots[shared('d')]!;
      const factors = [d, step.scalar('learningRate'), ...(bias ? [step.scalar('bias')] : [])];
      const rate = factors.reduce((product, one) => tf.mul(product, one));
      const [forM, forS] = [tf.mul(rate, step.constant(1 - beta1)), tf.mul(rate, step.constant(1 - root))];
      const sizeOf = (v: Tensor): Tensor => tf.add(tf.sqrt(v), step.constant(epsilon));
      const products = gradients.map(([name, g]) => {
        const [m, v, s] = ['m', 'v', 's'].map((slot) => slots[`${slot}/${name}`]!) as [
          Tensor,
          Tensor,
          Tensor,
        ];
        next[`m/${name}`] = tf.add(tf.mul(m, step.constant(beta1)), tf.mul(g, forM));
        next[`v/${name}`] = tf.add(
          tf.mul(v, step.constant(beta2)),
          tf.mul(tf.square(g), step.constant(1 - beta2)),
        );
        next[`s/${name}`] = tf.add(tf.mul(s, step.constant(root)), tf.mul(g, forS));
        return tf.mul(g, tf.div(s, sizeOf(v)));
      });
      const total = sumOfAll(gradients.map(([name]) => tf.abs(next[`s/${name}`]!)));
      const gained = tf.mul(tf.mul(sumOfAll(products), rate), step.constant(1 - root));
      const numerator = tf.add(tf.mul(slots[shared('numerator')]!, step.constant(root)), gained);
      // Without any gradient so far there is nothing to estimate from.
      const some = tf.greater(total, 0);
      const share = tf.where(some, tf.mul(total, step.constant(1 - root)), tf.onesLike(total));
      const estimate = tf.where(some, tf.div(numerator, share), d);
      const allowed =
        growthRate === undefined ? estimate : tf.minimum(estimate, tf.mul(d, step.constant(growthRate)));
      next[shared('numerator')] = numerator;
      next[shared('d')] = tf.maximum(d, allowed);
      // The mean has its rates inside, and the chain multiplies by the step's: taken off here.
      const inverse = tf.div(step.constant(1), tf.maximum(rate, step.constant(1e-30)));
      const directions = gradients.map(([name]): [string, Update] => [
        name,
        updateOf(tf.div(tf.mul(next[`m/${name}`]!, inverse), sizeOf(next[`v/${name}`]!))),
      ]);
      return { updates: Object.fromEntries(directions), slots: next };
    },
  };
  return commonOptimizer('d-adapt-adam', read, {
    direction: [direction],
    afterRate: [scaleByDistance(bias && 'bias')],
  });
}
