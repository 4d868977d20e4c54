import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { elementwiseLoss } from './elementwise.js';

/** Options of {@link smoothL1}. */
export interface SmoothL1Options {
  /** Where the parabola turns into a line, in units of the target; > 0. Default 1. */
  readonly beta?: number;
}

/**
 * Smooth L1: squared for errors below `beta`, absolute above it. It is {@link huber} divided by its delta.
 *
 * ```text
 * e = y - t
 * loss_n = mean_d { e^2 / (2 beta)   where |e| < beta
 *                 { |e| - beta / 2   elsewhere
 * d loss_n / d y_nd = clip(e / beta, -1, 1) / D
 * ```
 *
 * Outputs and targets have the same shape `[N, ...]`; nothing is broadcast.
 *
 * @param options.beta > 0. Default 1.
 * @returns A {@link Loss}: per example `[N]`.
 * @throws EspalierError `invalid-option` for a bad `beta`; the loss throws `invalid-data` for shapes that differ and
 *   targets that are not finite.
 * @example
 * ```ts
 * smoothL1({ beta: 1 }).perExample(tf.tensor2d([[0.5, 3]]), tf.tensor2d([[0, 0]])); // [(0.125 + 2.5) / 2]
 * ```
 * Source: Girshick, "Fast R-CNN" (2015), equation 3; as PyTorch `SmoothL1Loss`.
 */
export function smoothL1(options: SmoothL1Options = {}): Loss {
  const { values, config } = readOptions('smooth-l1', options, {
    beta: option.number({ min: 0, exclusiveMin: true, default: 1 }),
  });
  const { beta } = values;
  return elementwiseLoss({
    name: 'smoothL1',
    config,
    targetKind: 'values',
    value(output, target) {
      const error = tf.sub(output, target);
      const clipped = tf.clipByValue(error, -beta, beta);
      // Both branches at once: c (e - c / 2) / beta.
      return tf.mul(tf.mul(clipped, 1 / beta), tf.sub(error, tf.mul(clipped, 0.5)));
    },
    slope: (output, target) => tf.mul(tf.clipByValue(tf.sub(output, target), -beta, beta), 1 / beta),
  });
}
