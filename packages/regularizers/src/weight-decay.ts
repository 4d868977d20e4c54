import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { coefficient } from './coefficient.js';
import { parameterPlugin } from './parameter-plugin.js';
import type { SelectionOptions } from './selection.js';
import { selectionRules } from './selection.js';

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
  const { values, config } = readOptions('weight-decay', options, {
    rate: option.schedule({ min: 0 }),
    ...selectionRules('weight-decay'),
  });
  const rate = coefficient('rate', values.rate);
  if (rate.isZero) return { name: values.name, config };
  return parameterPlugin(values, config, rate.scalars, (step) => {
    const share = tf.mul(step.scalar('learningRate'), rate.read(step));
    return (w, previous) => tf.sub(w, tf.mul(previous, share));
  });
}
