import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { checkOutputScale } from '@espalier/core/internal';
import { YES_OR_NO } from './allowed-targets.js';
import { signOf } from './signs.js';
import { elementwiseLoss } from './elementwise.js';

/**
 * Hinge loss: 0 where an answer is right by a margin of 1, else linear.
 *
 * ```text
 * s = 2 t - 1
 * loss_n = mean_d max(0, 1 - s y_nd),   d loss_n / d y_nd = -s / D where s y_nd < 1, else 0
 * ```
 *
 * Outputs are scores of any size, no sigmoid in the model; targets are 0 or 1, of the same shape `[N, ...]`; labels `[N]`
 * also go with `[N, 1]`.
 *
 * @returns A {@link Loss}: per example `[N]`.
 * @throws EspalierError `invalid-data` from the loss, for shapes that differ and targets other than 0 and 1.
 * @example
 * ```ts
 * hinge().perExample(tf.tensor2d([[0.5, -3]]), tf.tensor2d([[1, 0]])); // [0.25]
 * ```
 * Source: as Keras `Hinge`, whose targets may be -1 for 0.
 */
export function hinge(options: Readonly<Record<string, never>> = {}): Loss {
  const { config } = readOptions('hinge', options, {});
  return elementwiseLoss({
    name: 'hinge',
    config,
    targetKind: 'binary',
    allowed: YES_OR_NO,
    squeeze: true,
    checkOutput: (output) => checkOutputScale(config.kind, output, 'logits'),
    value: (output, target) => tf.relu(tf.sub(1, tf.mul(signOf(target), output))),
    slope(output, target) {
      const sign = signOf(target);
      return tf.neg(tf.mul(sign, tf.step(tf.sub(1, tf.mul(sign, output)))));
    },
  });
}
