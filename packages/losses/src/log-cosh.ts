import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { elementwiseLoss } from './elementwise.js';

/**
 * Logarithm of the hyperbolic cosine of the error: squared for small errors, absolute for large ones, smooth everywhere.
 *
 * ```text
 * loss_n = mean_d log(cosh(e)) = mean_d |e| + log(1 + exp(-2 |e|)) - log 2,   e = y_nd - t_nd
 * d loss_n / d y_nd = tanh(e) / D
 * ```
 *
 * Outputs and targets have the same shape `[N, ...]`; nothing is broadcast.
 *
 * @returns A {@link Loss}: per example `[N]`, in units of the target for large errors.
 * @throws EspalierError `invalid-data` from the loss, for shapes that differ and targets that are not finite.
 * @example
 * ```ts
 * logCosh().perExample(tf.tensor2d([[100]]), tf.tensor2d([[0]])); // [100 - log 2]
 * ```
 * Source: as Keras `LogCosh`.
 */
export function logCosh(options: Readonly<Record<string, never>> = {}): Loss {
  const { config } = readOptions('log-cosh', options, {});
  return elementwiseLoss({
    name: 'logCosh',
    config,
    targetKind: 'values',
    value(output, target) {
      const size = tf.abs(tf.sub(output, target));
      return tf.sub(tf.add(size, tf.log1p(tf.exp(tf.mul(size, -2)))), Math.LN2);
    },
    slope: (output, target) => tf.tanh(tf.sub(output, target)),
  });
}
