import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, Schedule } from '@espalier/core';
import { coefficient } from './coefficient.js';
import { parameterPlugin } from './parameter-plugin.js';
import type { SelectionOptions } from './selection.js';

/** Options of {@link weightDecay}. */
export interface WeightDecayOptions extends SelectionOptions {
  /** Decay per unit of learning rate >= 0, or its schedule. 0 leaves the run as it is without the plugin, bit for bit. */
  readonly rate: number | Schedule;
}

/**
 * Decoupled weight decay for any optimizer: `w = optimizer's w - learningRate * rate * (w before the step)`.
 *
 * With `adam` it is AdamW, for the selected parameters only. It is not part of the loss, and not scaled by what the
 * optimizer does to gradients; the optimizers' option `weightDecay` does the same, and
 * their option `l2`, or {@link l2} with `scaling: 'half'` and `lambda` = rate, is the coupled form. Kernels: 2 per parameter.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing.
 * @example
 * ```ts
 * const plugin = weightDecay({ rate: 0.01 });
 * ```
 * @see Loshchilov and Hutter, Decoupled weight decay regularization, 2019; `torch.optim.AdamW`.
 */
export function weightDecay(options: WeightDecayOptions): Plugin<never, never> {
  const rate = coefficient('weight-decay', 'rate', options.rate);
  const plugin = parameterPlugin('weight-decay', options, rate.scalars, (step) => {
    const share = tf.mul(step.scalar('learningRate'), rate.read(step));
    return (w, previous) => tf.sub(w, tf.mul(previous, share));
  });
  return rate.isZero ? { name: plugin.name } : plugin;
}
