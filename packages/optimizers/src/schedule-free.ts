import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Config, Tensors } from '@espalier/core';
import { checkOptions, option } from '@espalier/core';
import { pow } from '@espalier/core/internal';
import { eachParameter } from './transforms/each-parameter.js';
import { type GradientTransform, scaleUpdate, valueOf } from './transforms/gradient-transform.js';

/** Options that the schedule-free optimizers share. */
export interface ScheduleFreeOptions {
  /** Weight of step t in the average: t^weightPower. >= 0. Default 0. */
  readonly weightPower?: number;
  /** Weight of a step in the average by the largest rate so far: rate^ratePower. >= 0. Default 2. */
  readonly ratePower?: number;
}

/** Rules of {@link ScheduleFreeOptions}. */
export function scheduleFreeRules() {
  return {
    weightPower: option.number({ min: 0, default: 0 }),
    ratePower: option.number({ min: 0, default: 2 }),
  };
}

/**
 * Last in a chain, after the learning rate: steps a sequence z, and trains between it and its average x.
 *
 * ```text
 * z = z - update                             w = t^weightPower * (largest rate so far)^ratePower
 * c = w / (sum of all w)                     x = (1 - c) * x + c * z
 * y = interpolation * x + (1 - interpolation) * z
 * ```
 *
 * The parameters are y; x is not kept: it is `(y - (1 - interpolation) * z) / interpolation`.
 */
export function averageSteps(
  config: Config,
  {
    interpolation,
    weightPower,
    ratePower,
  }: Required<ScheduleFreeOptions> & { readonly interpolation: number },
): GradientTransform {
  return eachParameter({
    name: 'average-steps',
    config,
    scalars: { stepWeight: ({ step }) => pow(step + 1, weightPower) },
    slots: {
      z: (parameter) => tf.clone(parameter),
      largestRate: () => tf.scalar(0),
      weights: () => tf.scalar(0),
    },
    rule(update, { parameter, slots, step }) {
      const change = valueOf(update, step);
      const largestRate = tf.maximum(slots['largestRate']!, step.scalar('learningRate'));
      const power = ratePower === 2 ? tf.square(largestRate) : tf.pow(largestRate, tf.scalar(ratePower));
      const weight = tf.mul(power, step.scalar('stepWeight'));
      const weights = tf.add(slots['weights']!, weight);
      // The sum is 0 only while every rate has been 0, and then so is the weight.
      const c = tf.div(weight, tf.maximum(weights, step.constant(1e-30)));
      const kept = tf.mul(tf.sub(step.constant(1), c), step.constant(interpolation));
      const z = slots['z']!;
      const pulled = tf.mul(tf.sub(parameter, z), c);
      const moved = tf.mul(change, tf.sub(step.constant(1), kept));
      return {
        update: scaleUpdate([{ tensor: tf.add(pulled, moved) }]),
        slots: { z: tf.sub(z, change), largestRate, weights },
      };
    },
  });
}

/**
 * The weights that a schedule-free optimizer has found: the average x of its steps. Training weights y are a mix of x and of the
 * last step, so evaluate and keep these.
 *
 * @param interpolation The optimizer's `momentum` or `beta1`.
 * @param slots The optimizer's slots, e.g. `slots/...` of a checkpoint.
 * @returns New tensors, which the caller disposes; parameters without a slot `z` are copied.
 * @throws EspalierError `invalid-option` unless 0 < interpolation <= 1.
 * @example
 * ```ts
 * const evaluated = scheduleFreeWeights(parameters, slots, 0.9);
 * ```
 */
export function scheduleFreeWeights(
  parameters: Tensors,
  slots: Tensors,
  interpolation: number,
): Record<string, Tensor> {
  checkOptions('schedule-free-weights').number('interpolation', interpolation, {
    min: 0,
    max: 1,
    exclusiveMin: true,
  });
  const weights: Record<string, Tensor> = {};
  for (const [name, y] of Object.entries(parameters)) {
    const z = slots[`z/${name}`];
    // y + (1 / interpolation - 1) * (y - z), which is exactly y where they agree.
    weights[name] = z ? tf.tidy(() => tf.add(y, tf.mul(tf.sub(y, z), 1 / interpolation - 1))) : tf.clone(y);
  }
  return weights;
}
