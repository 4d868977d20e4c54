import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { elementwiseLoss } from './elementwise.js';

/**
 * Mean absolute error.
 *
 * ```text
 * loss_n = mean_d |y_nd - t_nd|,   d loss_n / d y_nd = sign(y_nd - t_nd) / D,   0 where they are equal
 * ```
 *
 * Outputs and targets have the same shape `[N, ...]`; nothing is broadcast.
 *
 * @returns A {@link Loss}: per example `[N]`, in units of the target.
 * @throws EspalierError `invalid-data` from the loss, for shapes that differ and targets that are not finite.
 * @example
 * ```ts
 * meanAbsoluteError().perExample(tf.tensor2d([[1, 2]]), tf.tensor2d([[0, 4]])); // [1.5]
 * ```
 * Source: as PyTorch `L1Loss`, Keras `MeanAbsoluteError`.
 */
export function meanAbsoluteError(options: Readonly<Record<string, never>> = {}): Loss {
  const { config } = readOptions('mean-absolute-error', options, {});
  return elementwiseLoss({
    name: 'meanAbsoluteError',
    config,
    targetKind: 'values',
    value: (output, target) => tf.abs(tf.sub(output, target)),
    slope: (output, target) => tf.sign(tf.sub(output, target)),
  });
}
