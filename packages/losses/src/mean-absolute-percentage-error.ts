import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { elementwiseLoss } from './elementwise.js';

/**
 * Mean absolute percentage error: errors relative to the target, in percent.
 *
 * ```text
 * loss_n = 100 mean_d |y_nd - t_nd| / max(|t_nd|, 1e-7)
 * d loss_n / d y_nd = 100 sign(y_nd - t_nd) / max(|t_nd|, 1e-7) / D
 * ```
 *
 * Outputs and targets have the same shape `[N, ...]`; nothing is broadcast. A target of 0 makes the error huge.
 * Errors below the target weigh less than the same above it: it favours outputs that are too small.
 *
 * @returns A {@link Loss}: per example `[N]`, percent.
 * @throws EspalierError `invalid-data` from the loss, for shapes that differ and targets that are not finite.
 * @example
 * ```ts
 * meanAbsolutePercentageError().perExample(tf.tensor2d([[1, 3]]), tf.tensor2d([[2, 4]])); // [37.5]
 * ```
 * Source: as Keras `MeanAbsolutePercentageError`.
 */
export function meanAbsolutePercentageError(options: Readonly<Record<string, never>> = {}): Loss {
  const { config } = readOptions('mean-absolute-percentage-error', options, {});
  return elementwiseLoss({
    name: 'meanAbsolutePercentageError',
    config,
    targetKind: 'values',
    value: (output, target) => tf.mul(tf.div(tf.abs(tf.sub(output, target)), sizeOf(target)), 100),
    slope: (output, target) => tf.div(tf.mul(tf.sign(tf.sub(output, target)), 100), sizeOf(target)),
  });
}

/** Keras's bound of divisors. */
const SMALLEST = 1e-7;

function sizeOf(target: tf.Tensor): tf.Tensor {
  return tf.maximum(tf.abs(target), SMALLEST);
}
