import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { NOT_NEGATIVE } from './allowed-targets.js';
import { elementwiseLoss } from './elementwise.js';
import { flat } from './flat.js';

/**
 * Mean squared logarithmic error: squared ratios, for counts and prices that range over several powers of ten.
 *
 * ```text
 * l(x) = log(1 + max(x, 0))
 * loss_n = mean_d (l(y_nd) - l(t_nd))^2
 * d loss_n / d y_nd = 2 (l(y_nd) - l(t_nd)) / (1 + y_nd) / D,   0 where y_nd <= 0
 * ```
 *
 * Outputs and targets have the same shape `[N, ...]`; nothing is broadcast.
 * Outputs below 0 count as 0 and get no gradient, so the model should not start there.
 *
 * @returns A {@link Loss}: per example `[N]`.
 * @throws EspalierError `invalid-data` from the loss, for shapes that differ and targets below 0.
 * @example
 * ```ts
 * meanSquaredLogarithmicError().perExample(tf.tensor2d([[0]]), tf.tensor2d([[Math.E - 1]])); // [1]
 * ```
 * Source: as Keras `MeanSquaredLogarithmicError`, which bounds at 1e-7 instead of 0.
 */
export function meanSquaredLogarithmicError(options: Readonly<Record<string, never>> = {}): Loss {
  const { config } = readOptions('mean-squared-logarithmic-error', options, {});
  return elementwiseLoss({
    name: 'meanSquaredLogarithmicError',
    config,
    targetKind: 'values',
    allowed: NOT_NEGATIVE,
    value: (output, target) => tf.square(tf.sub(logOf(output), logOf(target))),
    slope(output, target) {
      const error = tf.sub(logOf(output), logOf(target));
      return tf.div(tf.mul(tf.mul(error, 2), tf.step(output)), tf.add(notNegative(output), 1));
    },
  });
}

function notNegative(x: tf.Tensor): tf.Tensor {
  // Not tf.maximum, which drops a NaN on some backends.
  return tf.where(
    flat(x, (own) => tf.less(own, 0)),
    tf.zerosLike(x),
    x,
  );
}

function logOf(x: tf.Tensor): tf.Tensor {
  return tf.log1p(notNegative(x));
}
