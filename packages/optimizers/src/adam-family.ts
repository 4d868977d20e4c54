import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, Schedule } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { checkLearningRate } from './check-learning-rate.js';
import { updateEach, zeroSlots } from './update-each.js';

/** Everything that distinguishes one member of Adam's family from another. */
export interface AdamSettings {
  readonly learningRate: number | Schedule;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly amsgrad: boolean;
  /** `coupled`: the decay joins the gradient. `decoupled`: it joins the update, past the adaptive scaling. */
  readonly decay: 'coupled' | 'decoupled';
}

/**
 * Adam with its scalar factors folded, in 10 kernels per parameter where the textbook's form takes 14.
 *
 * With t = 1, 2, ... the textbook has, each corrected by its beta,
 *
 * ```text
 * m = beta1 * m + (1 - beta1) * g            v = beta2 * v + (1 - beta2) * g^2
 * p = p - learningRate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 * ```
 *
 * The slots here leave out the factors (1 - beta): M = m / (1 - beta1) and V = v / (1 - beta2). Multiplying numerator
 * and denominator by r = sqrt((1 - beta2^t) / (1 - beta2)) gives the same update without touching M and V again:
 *
 * ```text
 * M = beta1 * M + g                          V = beta2 * V + g^2
 * p = p - stepSize * M / (sqrt(V) + r * epsilon),   stepSize = learningRate * r * (1 - beta1) / (1 - beta1^t)
 * ```
 *
 * r * epsilon and stepSize / learningRate are numbers, computed in float64 outside the step.
 */
export function adamFamily(name: string, settings: AdamSettings): Optimizer {
  const { learningRate, beta1, beta2, epsilon, weightDecay, amsgrad, decay } = settings;
  checkSettings(name, settings);
  const coupled = weightDecay > 0 && decay === 'coupled';
  const decoupled = weightDecay > 0 && decay === 'decoupled';
  const slotNames = amsgrad ? ['m', 'v', 'vMax'] : ['m', 'v'];
  const rootScale: Schedule = ({ step }) => Math.sqrt((1 - beta2 ** (step + 1)) / (1 - beta2));
  return {
    name,
    learningRate,
    scalars: {
      stepScale: (at) => (rootScale(at) * (1 - beta1)) / (1 - beta1 ** (at.step + 1)),
      scaledEpsilon: (at) => rootScale(at) * epsilon,
    },
    init: (parameters) => zeroSlots(slotNames, parameters),
    update: (gradients, slots, parameters, scalars) =>
      tf.tidy(() => {
        const rate = scalars('learningRate');
        const scaledEpsilon = scalars('scaledEpsilon');
        const stepSize = tf.mul(rate, scalars('stepScale'));
        const [decay1, decay2, penalty] = [tf.scalar(beta1), tf.scalar(beta2), tf.scalar(weightDecay)];
        const shrink = decoupled ? tf.mul(rate, penalty) : undefined;
        return updateEach(name, slotNames, { gradients, slots, parameters }, (gradient, parameter, slot) => {
          const g = coupled ? tf.add(gradient, tf.mul(parameter, penalty)) : gradient;
          const m = tf.add(tf.mul(slot['m']!, decay1), g);
          const v = tf.add(tf.mul(slot['v']!, decay2), tf.square(g));
          const vMax = amsgrad ? tf.maximum(slot['vMax']!, v) : undefined;
          const adapted = tf.mul(tf.div(m, tf.add(tf.sqrt(vMax ?? v), scaledEpsilon)), stepSize);
          // Summed before it meets the parameter: (1 - rate * decay) would round to 1 in float32 when both are small.
          const change = shrink ? tf.add(adapted, tf.mul(parameter, shrink)) : adapted;
          return { parameter: tf.sub(parameter, change), slots: vMax ? { m, v, vMax } : { m, v } };
        });
      }),
  };
}

function checkSettings(name: string, settings: AdamSettings): void {
  const check = checkOptions(name);
  checkLearningRate(check, settings.learningRate);
  check.number('beta1', settings.beta1, { min: 0, max: 1, exclusiveMax: true });
  check.number('beta2', settings.beta2, { min: 0, max: 1, exclusiveMax: true });
  check.number('epsilon', settings.epsilon, { min: 0 });
  check.number('weightDecay', settings.weightDecay, { min: 0 });
  check.boolean('amsgrad', settings.amsgrad);
}
