import * as tf from '@tensorflow/tfjs-core';
import type { Schedule } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, updateOf, valueOf } from './gradient-transform.js';
import { stepNumber } from './step-number.js';

/** Options of {@link trace}. */
export interface TraceOptions {
  /** Share of the last step's direction that is kept, 0 <= momentum <= 1, or its schedule. Default 0.9. */
  readonly momentum?: number | Schedule;
  /** Looks ahead along the momentum. Needs no dampening. Default false. */
  readonly nesterov?: boolean;
  /** Share of each gradient but the first that is kept out of the momentum, 0 <= dampening <= 1. Default 0. */
  readonly dampening?: number;
}

/**
 * Momentum: a sum of all updates so far that fades.
 *
 * ```text
 * b = momentum * b + (1 - dampening) * g      (first step: b = g)
 * update = g + momentum * b with nesterov, else b
 * ```
 *
 * Slot: `momentum/<parameter>`. Kernels per parameter: 2, with Nesterov 4; dampening adds 1. As `torch.optim.SGD`'s momentum;
 * `optax.trace` has no dampening.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = toOptimizer(chain(trace({ momentum: 0.9 }), scaleByLearningRate(0.1)), { name: 'momentum' });
 * ```
 * @see Sutskever et al., On the importance of initialization and momentum in deep learning, 2013.
 */
export function trace(options: TraceOptions = {}): GradientTransform {
  const { values, config } = readOptions('trace', options, {
    momentum: option.schedule({ min: 0, max: 1, default: 0.9 }),
    nesterov: option.boolean({ default: false }),
    dampening: option.number({ min: 0, max: 1, default: 0 }),
  });
  const { momentum, nesterov, dampening } = values;
  if (nesterov && dampening !== 0) checkOptions('trace').fail('dampening', '0 with nesterov', dampening);
  const kept = stepNumber('momentum', momentum);
  const dampened = dampening > 0;
  return eachParameter({
    name: 'trace',
    config,
    scalars: {
      ...kept.scalars,
      // The first step takes the whole gradient, as PyTorch does.
      ...(dampened && { gradientShare: ({ step }) => (step === 0 ? 1 : 1 - dampening) }),
    },
    slots: { momentum: tf.zerosLike },
    rule(update, { slots, step }) {
      const g = valueOf(update, step);
      const share = dampened ? tf.mul(g, step.scalar('gradientShare')) : g;
      const buffer = tf.add(tf.mul(slots['momentum']!, kept.tensor(step)), share);
      const direction = nesterov ? tf.add(g, tf.mul(buffer, kept.tensor(step))) : buffer;
      return { update: updateOf(direction), slots: { momentum: buffer } };
    },
  });
}
