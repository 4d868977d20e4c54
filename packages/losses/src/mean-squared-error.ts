import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { elementwiseLoss } from './elementwise.js';

/**
 * Mean squared error.
 *
 * ```text
 * loss_n = mean_d (y_nd - t_nd)^2,   d loss_n / d y_nd = 2 (y_nd - t_nd) / D
 * ```
 *
 * Outputs and targets have the same shape `[N, ...]` (or both `[N]`); `[N]` against `[N, 1]` is an error, not a
 * broadcast to `[N, N]`.
 *
 * @returns A {@link Loss}: per example `[N]`, in squared units of the target.
 * @throws EspalierError `invalid-data` from the loss, for shapes that differ and targets that are not finite.
 * @example
 * ```ts
 * meanSquaredError().perExample(tf.tensor2d([[1, 2]]), tf.tensor2d([[0, 4]])); // [2.5]
 * ```
 * Source: as PyTorch `MSELoss`, Keras `MeanSquaredError`.
 */
export function meanSquaredError(options: Readonly<Record<string, never>> = {}): Loss {
  const { config } = readOptions('mean-squared-error', options, {});
  return elementwiseLoss({
    name: 'meanSquaredError',
    config,
    targetKind: 'values',
    value: (output, target) => tf.squaredDifference(output, target),
    slope: (output, target) => tf.mul(tf.sub(output, target), 2),
  });
}
