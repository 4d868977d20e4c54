import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, Schedule } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { checkLearningRate } from './check-learning-rate.js';
import { updateEach, zeroSlots } from './update-each.js';

/** Options of {@link sgd}. */
export interface SgdOptions {
  /** Learning rate >= 0, or its schedule. Default 0.01. */
  readonly learningRate?: number | Schedule;
  /** Share of the last step's direction that is kept, 0 <= momentum <= 1. Default 0: no momentum and no slots. */
  readonly momentum?: number;
  /** Looks ahead along the momentum. Needs momentum > 0 and no dampening. Default false. */
  readonly nesterov?: boolean;
  /** Share of each gradient that is kept out of the momentum, 0 <= dampening <= 1. Default 0. */
  readonly dampening?: number;
  /** Coupled L2: adds `weightDecay * parameter` to the gradient of every parameter. >= 0. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent, with momentum and Nesterov's variant.
 *
 * ```text
 * g = gradient + weightDecay * p
 * b = momentum * b + (1 - dampening) * g      (first step: b = g)
 * p = p - learningRate * d,   d = g + momentum * b with nesterov, b with momentum, g without
 * ```
 *
 * Slots: `momentum/<parameter>`, only with momentum. Kernels per parameter: 2, 4 with momentum, 6 with Nesterov; weight
 * decay adds 2, dampening 1.
 *
 * Semantics are `torch.optim.SGD`'s; default learning rate as Keras. The first step is the run's first, while PyTorch
 * counts each parameter's own: with dampening the two differ for a parameter that is unfrozen later.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true });
 * ```
 * @see Sutskever et al., On the importance of initialization and momentum in deep learning, 2013.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { learningRate = 0.01, momentum = 0, nesterov = false, dampening = 0, weightDecay = 0 } = options;
  const check = checkOptions('sgd');
  checkLearningRate(check, learningRate);
  check.number('momentum', momentum, { min: 0, max: 1 });
  check.boolean('nesterov', nesterov);
  check.number('dampening', dampening, { min: 0, max: 1 });
  check.number('weightDecay', weightDecay, { min: 0 });
  if (nesterov && momentum === 0) check.fail('momentum', '> 0 with nesterov', momentum);
  if (nesterov && dampening !== 0) check.fail('dampening', '0 with nesterov', dampening);

  const slotNames = momentum > 0 ? ['momentum'] : [];
  const dampened = momentum > 0 && dampening > 0;
  return {
    name: 'sgd',
    learningRate,
    // The first step takes the whole gradient, as PyTorch does.
    ...(dampened && { scalars: { gradientShare: ({ step }) => (step === 0 ? 1 : 1 - dampening) } }),
    init: (parameters) => zeroSlots(slotNames, parameters),
    update: (gradients, slots, parameters, scalars) =>
      tf.tidy(() => {
        const rate = scalars('learningRate');
        const decay = tf.scalar(weightDecay);
        const kept = tf.scalar(momentum);
        return updateEach('sgd', slotNames, { gradients, slots, parameters }, (gradient, parameter, slot) => {
          const g = weightDecay > 0 ? tf.add(gradient, tf.mul(parameter, decay)) : gradient;
          if (momentum === 0) return { parameter: tf.sub(parameter, tf.mul(g, rate)), slots: {} };
          const share = dampened ? tf.mul(g, scalars('gradientShare')) : g;
          const buffer = tf.add(tf.mul(slot['momentum']!, kept), share);
          const direction = nesterov ? tf.add(g, tf.mul(buffer, kept)) : buffer;
          return { parameter: tf.sub(parameter, tf.mul(direction, rate)), slots: { momentum: buffer } };
        });
      }),
  };
}
