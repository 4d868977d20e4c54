import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { ANSWERS, checkOutputScale } from '@espalier/core/internal';
import { elementwiseLoss } from './elementwise.js';
import { GAMMA, power } from './focal.js';

/** Options of {@link binaryFocalCrossEntropy}. */
export interface BinaryFocalCrossEntropyOptions {
  /** How much easy examples are played down: 0, or >= 1. 0 is the cross-entropy. Default 2. */
  readonly gamma?: number;
  /** Weight of the answer 1, from 0 to 1; that of 0 is `1 - alpha`. Default: both weigh 1. */
  readonly alpha?: number;
}

/**
 * Focal loss of yes-or-no questions: binary cross-entropy in which answers that are right already count little.
 *
 * ```text
 * m = t sigmoid(-z) + (1 - t) sigmoid(z),   a = alpha t + (1 - alpha) (1 - t), or 1 without alpha
 * loss_n = mean_d a m^gamma bce,            bce = max(z, 0) - z t + log(1 + exp(-|z|))
 * d loss_n / d z_nd = a (m^gamma (sigmoid(z) - t) + gamma m^(gamma - 1) (1 - 2 t) sigmoid(z) sigmoid(-z) bce) / D
 * ```
 *
 * Outputs are logits `[N, ...]`; targets from 0 to 1 have their shape, `[N]` also goes with `[N, 1]`.
 *
 * @param options.gamma 0, or >= 1. Default 2.
 * @param options.alpha From 0 to 1. Default: both answers weigh 1.
 * @returns A {@link Loss}: per example `[N]`.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` where the model ends in a sigmoid;
 *   from the loss `invalid-data`, for shapes that differ and targets outside [0, 1].
 * @example
 * ```ts
 * binaryFocalCrossEntropy().perExample(tf.tensor2d([[0]]), tf.tensor2d([[1]])); // [log(2) / 4]
 * ```
 * Source: Lin et al., "Focal loss for dense object detection" (2017); as torchvision `sigmoid_focal_loss`, Keras
 * `BinaryFocalCrossentropy`.
 */
export function binaryFocalCrossEntropy(options: BinaryFocalCrossEntropyOptions = {}): Loss {
  const { values, config } = readOptions('binary-focal-cross-entropy', options, {
    gamma: GAMMA,
    alpha: option.number({ min: 0, max: 1, optional: true }),
  });
  const { gamma, alpha } = values;
  const weighted = (value: tf.Tensor, target: tf.Tensor): tf.Tensor =>
    alpha === undefined ? value : tf.mul(value, tf.add(tf.mul(target, 2 * alpha - 1), 1 - alpha));
  const parts = (logit: tf.Tensor, target: tf.Tensor) => {
    const [yes, no] = [tf.sigmoid(logit), tf.sigmoid(tf.neg(logit))];
    const missing = tf.add(tf.mul(target, no), tf.mul(tf.sub(1, target), yes));
    const softplus = tf.log1p(tf.exp(tf.neg(tf.abs(logit))));
    const entropy = tf.add(tf.sub(tf.relu(logit), tf.mul(logit, target)), softplus);
    return { yes, no, missing, entropy };
  };
  return elementwiseLoss({
    name: 'binaryFocalCrossEntropy',
    config,
    targetKind: 'binary',
    allowed: ANSWERS,
    squeeze: true,
    checkOutput: (output) => checkOutputScale(config.kind, output, 'logits'),
    value(logit, target) {
      const { missing, entropy } = parts(logit, target);
      return weighted(tf.mul(power(missing, gamma), entropy), target);
    },
    slope(logit, target) {
      const { yes, no, missing, entropy } = parts(logit, target);
      const own = tf.mul(power(missing, gamma), tf.sub(yes, target));
      if (gamma === 0) return weighted(own, target);
      const turn = tf.mul(tf.mul(yes, no), tf.sub(1, tf.mul(target, 2)));
      const focus = tf.mul(tf.mul(power(missing, gamma - 1), gamma), tf.mul(turn, entropy));
      return weighted(tf.add(own, focus), target);
    },
  });
}
