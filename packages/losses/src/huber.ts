import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { elementwiseLoss } from './elementwise.js';

/** Options of {@link huber}. */
export interface HuberOptions {
  /** Where the parabola turns into a line, in units of the target; > 0. Default 1. */
  readonly delta?: number;
}

/**
 * Huber loss: squared for small errors, absolute for large ones, so that outliers pull with bounded force.
 *
 * ```text
 * e = y - t
 * loss_n = mean_d { e^2 / 2                  where |e| <= delta
 *                 { delta (|e| - delta / 2)  elsewhere
 * d loss_n / d y_nd = clip(e, -delta, delta) / D
 * ```
 *
 * Outputs and targets have the same shape `[N, ...]`; nothing is broadcast.
 *
 * @param options.delta > 0. Default 1.
 * @returns A {@link Loss}: per example `[N]`.
 * @throws EspalierError `invalid-option` for a bad `delta`; the loss throws `invalid-data` for shapes that differ and
 *   targets that are not finite.
 * @example
 * ```ts
 * huber({ delta: 1 }).perExample(tf.tensor2d([[0.5, 3]]), tf.tensor2d([[0, 0]])); // [(0.125 + 2.5) / 2]
 * ```
 * Source: Huber (1964), "Robust estimation of a location parameter"; as PyTorch `HuberLoss`, Keras `Huber`.
 */
export function huber(options: HuberOptions = {}): Loss {
  const { values, config } = readOptions('huber', options, {
    delta: option.number({ min: 0, exclusiveMin: true, default: 1 }),
  });
  const { delta } = values;
  return elementwiseLoss({
    name: 'huber',
    config,
    targetKind: 'values',
    value(output, target) {
      const error = tf.sub(output, target);
      const clipped = tf.clipByValue(error, -delta, delta);
      // Both branches at once: c (e - c / 2).
      return tf.mul(clipped, tf.sub(error, tf.mul(clipped, 0.5)));
    },
    slope: (output, target) => tf.clipByValue(tf.sub(output, target), -delta, delta),
  });
}
