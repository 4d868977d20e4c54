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

/** Options of {@link prodigy}. `learningRate` is 1 by default, a factor that a schedule may lower. */
export interface ProdigyOptions extends CommonOptions {
  /** Decay of the mean of gradients, 0 <= beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squares, 0 <= beta2 < 1. Default 0.999. */
  readonly beta2?: number;
  /** Decay of the sums that the distance is estimated from, 0 <= beta3 < 1. Default the root of `beta2`. */
  readonly beta3?: number;
  /** Added to the root of the mean of squares, > 0. Default 1e-8. */
  readonly epsilon?: number;
  /** The distance at the start, > 0. Default 1e-6. */
  readonly d0?: number;
  /** Factor of the estimate, > 0: 0.5 or 2 for smaller or larger steps. Default 1. */
  readonly dCoefficient?: number;
  /** Largest growth of the distance in a step, >= 1. Default none. */
  readonly growthRate?: number;
  /** Correct the means for starting at 0, as Adam. Default false. */
  readonly biasCorrection?: boolean;
  /** Leave the learning rate out of the sum below the estimate: for schedules that warm up. Default false. */
  readonly safeguardWarmup?: boolean;
}

/**
 * Prodigy: Adam whose rate is the distance to the solution, estimated while it trains.
 *
 * ```text
 * r = d * learningRate                             (times Adam's bias correction, where asked for)
 * a = beta3 * a + (d / d0) r sum(g (p0 - p))       s = beta3 * s + (d / d0) r g
 * m = beta1 * m + (1 - beta1) d g                  v = beta2 * v + (1 - beta2) d^2 g^2
 * d' = max(d, dCoefficient * a / sum(abs(s)))      at most growthRate * d
 * p = p - r (m / (sqrt(v) + d' epsilon) + weightDecay * p)
 * ```
 *
 * p0 are the initial parameters; a and d belong to all parameters together. Slots: `m`, `v`, `s`, `start`, each `/<parameter>`, and
 * the numbers `d`, `largest`, `numerator` with the first parameter. Kernels per parameter: 22.
 * As `Prodigy` of the authors' package, its `decouple` being `weightDecay` here and its other decay `l2`.
 * A gradient that is NaN stops the estimate for good, as in the originals: use a guard of the callbacks.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = prodigy({ weightDecay: 0.01 });
 * ```
 * @see Mishchenko and Defazio, Prodigy: an expeditiously adaptive parameter-free learner, 2023, algorithm 4.
 */
export function prodigy(options: ProdigyOptions = {}): Optimizer {
  const positive = { min: 0, exclusiveMin: true } as const;
  const read = readOptions('prodigy', options, {
    ...commonRules({ learningRate: 1 }),
    beta1: betaRule(0.9),
    beta2: betaRule(0.999),
    beta3: option.number({ min: 0, max: 1, exclusiveMax: true, optional: true }),
    epsilon: option.number({ ...positive, default: 1e-8 }),
    d0: option.number({ ...positive, default: 1e-6 }),
    dCoefficient: option.number({ ...positive, default: 1 }),
    growthRate: option.number({ min: 1, optional: true }),
    biasCorrection: option.boolean({ default: false }),
    safeguardWarmup: option.boolean({ default: false }),
  });
  const { beta1, beta2, epsilon, d0, dCoefficient, growthRate, biasCorrection, safeguardWarmup } =
    read.values;
  const { beta3 = Math.sqrt(beta2) } = read.values;
  const bias = biasCorrection ? adamBias(beta1, beta2) : undefined;
  const direction: GradientTransform = {
    name: 'scale-by-prodigy',
    config: read.config,
    ...(bias && { scalars: { bias } }),
    slotNames: ['m', 'v', 's', 'start', 'd', 'largest', 'numerator'],
    perParameter: false,
    init(parameters) {
      const slots: Record<string, Tensor> = {
        ...sharedSlots({ d: d0, largest: d0, numerator: 0 }, parameters),
      };
      for (const [name, parameter] of Object.entries(parameters)) {
        for (const slot of ['m', 'v', 's']) slots[`${slot}/${name}`] = tf.zerosLike(parameter);
        slots[`start/${name}`] = tf.clone(parameter);
      }
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
      const rate = [d, step.scalar('learningRate'), ...(bias ? [step.scalar('bias')] : [])];
      const distance = tf.mul(d, step.constant(1 / d0));
      const weight = tf.mul(
        rate.reduce((product, one) => tf.mul(product, one)),
        distance,
      );
      const below = safeguardWarmup ? tf.mul(d, distance) : weight;
      const forM = tf.mul(d, step.constant(1 - beta1));
      const forV = tf.mul(tf.square(d), step.constant(1 - beta2));
      const products = gradients.map(([name, g]) => {
        const kept = (slot: string, beta: number) => tf.mul(slots[`${slot}/${name}`]!, step.constant(beta));
        next[`m/${name}`] = tf.add(kept('m', beta1), tf.mul(g, forM));
        next[`v/${name}`] = tf.add(kept('v', beta2), tf.mul(tf.square(g), forV));
        next[`s/${name}`] = tf.add(kept('s', beta3), tf.mul(g, below));
        next[`start/${name}`] = slots[`start/${name}`]!;
        return tf.mul(g, tf.sub(slots[`start/${name}`]!, parameters[name]!));
      });
      const total = sumOfAll(gradients.map(([name]) => tf.abs(next[`s/${name}`]!)));
      const gained = tf.mul(sumOfAll(products), weight);
      const numerator = tf.add(tf.mul(slots[shared('numerator')]!, step.constant(beta3)), gained);
      // Without any gradient so far there is nothing to estimate from.
      const some = tf.greater(total, 0);
      const ratio = tf.div(numerator, tf.where(some, total, tf.onesLike(total)));
      const estimate = tf.where(some, tf.mul(ratio, step.constant(dCoefficient)), d);
      const first = tf.equal(d, step.constant(d0));
      const reached = tf.where(first, tf.maximum(d, estimate), d);
      const largest = tf.maximum(slots[shared('largest')]!, estimate);
      const grown =
        growthRate === undefined
          ? tf.clone(largest)
          : tf.minimum(largest, tf.mul(reached, step.constant(growthRate)));
      next[shared('numerator')] = numerator;
      next[shared('largest')] = largest;
      next[shared('d')] = grown;
      const smallest = tf.mul(grown, step.constant(epsilon));
      const directions = gradients.map(([name]): [string, Update] => [
        name,
        updateOf(tf.div(next[`m/${name}`]!, tf.add(tf.sqrt(next[`v/${name}`]!), smallest))),
      ]);
      return { updates: Object.fromEntries(directions), slots: next };
    },
  };
  return commonOptimizer('prodigy', read, {
    direction: [direction],
    afterRate: [scaleByDistance(bias && 'bias')],
  });
}
