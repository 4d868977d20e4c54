import * as tf from '@tensorflow/tfjs-core';
import type { Loss, OutputScale } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { ANSWERS, checkOutputScale } from '@espalier/core/internal';
import { elementwiseLoss } from './elementwise.js';
import { logProbability, SCALES, SMALLEST_DIVISOR } from './probabilities.js';

/** Options of {@link binaryCrossEntropy}. */
export interface BinaryCrossEntropyOptions {
  /** What the model gives: `logits`, or `probabilities` where it ends in a sigmoid. Default `logits`. */
  readonly from?: OutputScale;
}

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
 * With `from: 'probabilities'` the outputs p are in [0, 1] already:
 *
 * ```text
 * loss_n = -mean_d t log p + (1 - t) log(1 - p),   d loss_n / d p_nd = (p - t) / (p (1 - p)) / D
 * ```
 *
 * with logarithms of at least -100 and divisors of at least 1e-12. In float32 a sigmoid is 0 or 1 where the model is sure, and
 * then its gradient is 0 also where it is wrong: prefer logits.
 *
 * @param options.from Default `logits`.
 * @returns A {@link Loss}: per example `[N]`.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` where the model's last activation
 *   does not fit `from`; from the loss `invalid-data`, for shapes that differ and targets outside [0, 1].
 * @example
 * ```ts
 * binaryCrossEntropy().perExample(tf.tensor2d([[20]]), tf.tensor1d([0], 'int32')); // [20]
 * ```
 * Source: as PyTorch `BCEWithLogitsLoss`, Keras `BinaryCrossentropy(from_logits=True)`; from probabilities as PyTorch
 * `BCELoss`.
 */
export function binaryCrossEntropy(options: BinaryCrossEntropyOptions = {}): Loss {
  const { values, config } = readOptions('binary-cross-entropy', options, {
    from: option.oneOf(SCALES, { default: 'logits' }),
  });
  return elementwiseLoss({
    name: 'binaryCrossEntropy',
    config,
    targetKind: 'binary',
    ...(values.from === 'logits' ? OF_LOGITS : OF_PROBABILITIES),
    allowed: ANSWERS,
    squeeze: true,
    checkOutput: (output) => checkOutputScale(config.kind, output, values.from),
  });
}

type Formula = Pick<Parameters<typeof elementwiseLoss>[0], 'value' | 'slope'>;

const OF_LOGITS: Formula = {
  value: (logit, target) =>
    tf.add(tf.sub(tf.relu(logit), tf.mul(logit, target)), tf.log1p(tf.exp(tf.neg(tf.abs(logit))))),
  slope: (logit, target) => tf.sub(tf.sigmoid(logit), target),
};

const OF_PROBABILITIES: Formula = {
  value: (p, target) =>
    tf.neg(
      tf.add(tf.mul(target, logProbability(p)), tf.mul(tf.sub(1, target), logProbability(tf.sub(1, p)))),
    ),
  slope: (p, target) => tf.div(tf.sub(p, target), tf.maximum(tf.mul(p, tf.sub(1, p)), SMALLEST_DIVISOR)),
};
