import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { checkOutputScale } from '@espalier/core/internal';
import { YES_OR_NO } from './allowed-targets.js';
import { signOf } from './signs.js';
import { elementwiseLoss } from './elementwise.js';

/**
 * Squared hinge loss: 0 where an answer is right by a margin of 1, else squared.
 *
 * ```text
 * s = 2 t - 1
 * loss_n = mean_d max(0, 1 - s y_nd)^2,   d loss_n / d y_nd = -2 s max(0, 1 - s y_nd) / D
 * ```
 *
 * Outputs are scores of any size, no sigmoid in the model; targets are 0 or 1, of the same shape `[N, ...]`; labels `[N]`
 * also go with `[N, 1]`.
 *
 * @returns A {@link Loss}: per example `[N]`.
 * @throws EspalierError `invalid-data` from the loss, for shapes that differ and targets other than 0 and 1.
 * @example
 * ```ts
 * squaredHinge().perExample(tf.tensor2d([[0.5, -3]]), tf.tensor2d([[1, 0]])); // [0.125]
 * ```
 * Source: as Keras `SquaredHinge`, whose targets may be -1 for 0.
 */
export function squaredHinge(options: Readonly<Record<string, never>> = {}): Loss {
  const { config } = readOptions('squared-hinge', options, {});
  return elementwiseLoss({
    name: 'squaredHinge',
    config,
    targetKind: 'binary',
    allowed: YES_OR_NO,
    squeeze: true,
    checkOutput: (output) => checkOutputScale(config.kind, output, 'logits'),
    value: (output, target) => tf.square(tf.relu(tf.sub(1, tf.mul(signOf(target), output)))),
    slope(output, target) {
      const sign = signOf(target);
      return tf.mul(tf.mul(sign, -2), tf.relu(tf.sub(1, tf.mul(sign, output))));
    },
  });
}
