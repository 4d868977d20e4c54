import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { elementwiseLoss } from './elementwise.js';

/**
 * Binary cross-entropy of sigmoid(logits) against labels or probabilities.
 *
 * ```text
 * loss_n = mean_d max(z, 0) - z t + log(1 + exp(-|z|)),   d loss_n / d z_nd = (sigmoid(z_nd) - t_nd) / D
 * ```
 *
 * Takes logits (no sigmoid in the model), so nothing overflows and nothing is clipped. Targets in [0, 1], int32 or
 * float32, have the shape of the logits `[N, ...]`; labels `[N]` also go with logits `[N, 1]`.
 *
 * @returns A {@link Loss}: per example `[N]`.
 * @throws EspalierError `invalid-data` from the loss, for shapes that differ and targets outside [0, 1].
 * @example
 * ```ts
 * binaryCrossEntropy().perExample(tf.tensor2d([[20]]), tf.tensor1d([0], 'int32')); // [20]
 * ```
 * Source: as PyTorch `BCEWithLogitsLoss`, Keras `BinaryCrossentropy(from_logits=True)`.
 */
export function binaryCrossEntropy(): Loss {
  return elementwiseLoss({
    name: 'binaryCrossEntropy',
    scope: 'binary-cross-entropy',
    value: (logit, target) =>
      tf.add(tf.sub(tf.relu(logit), tf.mul(logit, target)), tf.log1p(tf.exp(tf.neg(tf.abs(logit))))),
    slope: (logit, target) => tf.sub(tf.sigmoid(logit), target),
    allowed: { text: 'from 0 to 1', accepts: (value) => value >= 0 && value <= 1 },
    squeeze: true,
  });
}
