import * as tf from '@tensorflow/tfjs-core';
import type { Loss, OutputScale } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { ANSWERS, checkOutputScale, failData } from '@espalier/core/internal';
import { elementwiseLoss } from './elementwise.js';
import { logProbability, SCALES, SMALLEST_DIVISOR } from './probabilities.js';

/** Options of {@link binaryCrossEntropy}. */
export interface BinaryCrossEntropyOptions {
  /** What the model gives: `logits`, or `probabilities` where it ends in a sigmoid. Default `logits`. */
  readonly from?: OutputScale;
  /** What the answer 1 weighs beside the answer 0, > 0: one number, or one for each output. Default 1. */
  readonly posWeight?: number | readonly number[];
  /** Share alpha by which answers move towards one half, in training and in validation; from 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
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
 * With `posWeight` q the loss of the answer 1 counts q times (`t log p` becomes `q t log p`); with `labelSmoothing` t becomes
 * `(1 - alpha) t + alpha / 2`. The mean is over all elements all the same.
 *
 * Logarithms are at least -100 and divisors at least 1e-12. In float32 a sigmoid is 0 or 1 where the model is sure, and
 * then its gradient is 0 also where it is wrong: prefer logits.
 *
 * @param options.from Default `logits`.
 * @param options.posWeight > 0, or a list of them. Default 1.
 * @param options.labelSmoothing From 0 to 1. Default 0.
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
    posWeight: option.custom<number | readonly number[]>({
      expected: 'a number > 0, or a list of them',
      accepts: (value) =>
        Array.isArray(value) ? value.length > 0 && value.every(isWeight) : isWeight(value),
      default: 1,
    }),
    labelSmoothing: option.number({ min: 0, max: 1, default: 0 }),
  });
  const { posWeight, labelSmoothing } = values;
  const formula = values.from === 'logits' ? OF_LOGITS : OF_PROBABILITIES;
  const weigh = (output: tf.Tensor, target: tf.Tensor): [t: tf.Tensor, weight: tf.Tensor | undefined] => {
    const t = labelSmoothing === 0 ? target : tf.add(tf.mul(target, 1 - labelSmoothing), labelSmoothing / 2);
    if (posWeight === 1) return [t, undefined];
    const extra = typeof posWeight === 'number' ? posWeight - 1 : extraOf(posWeight, output.shape[1]!);
    return [t, tf.add(tf.mul(t, extra), 1)];
  };
  return elementwiseLoss({
    name: 'binaryCrossEntropy',
    config,
    targetKind: 'binary',
    value: (output, target) => formula.value(output, ...weigh(output, target)),
    slope: (output, target) => formula.slope(output, ...weigh(output, target)),
    allowed: ANSWERS,
    squeeze: true,
    checkOutput: (output) => checkOutputScale(config.kind, output, values.from),
  });
}

function isWeight(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < Infinity;
}

function extraOf(weights: readonly number[], width: number): tf.Tensor {
  if (weights.length !== width) {
    failData(
      'binary-cross-entropy',
      `posWeight has ${weights.length} entries for ${width} outputs of an example; give one for each, or one number.`,
    );
  }
  return tf.tensor2d(
    weights.map((weight) => weight - 1),
    [1, width],
  );
}

/**
 * Values and slopes from targets t and, where `posWeight` q is not 1, weights `1 + (q - 1) t`: what multiplies the part that both answers
 * have in common.
 */
interface Formula {
  value(output: tf.Tensor, target: tf.Tensor, weight: tf.Tensor | undefined): tf.Tensor;
  slope(output: tf.Tensor, target: tf.Tensor, weight: tf.Tensor | undefined): tf.Tensor;
}

/** q t, out of 1 + (q - 1) t and t. */
function positive(target: tf.Tensor, weight: tf.Tensor | undefined): tf.Tensor {
  return weight ? tf.sub(weight, tf.sub(1, target)) : target;
}

const OF_LOGITS: Formula = {
  value(logit, target, weight) {
    const softplus = tf.log1p(tf.exp(tf.neg(tf.abs(logit))));
    if (!weight) return tf.add(tf.sub(tf.relu(logit), tf.mul(logit, target)), softplus);
    // (1 - t) z + w (log(1 + exp(-|z|)) + max(-z, 0))
    const common = tf.mul(weight, tf.add(softplus, tf.relu(tf.neg(logit))));
    return tf.add(tf.mul(tf.sub(1, target), logit), common);
  },
  slope(logit, target, weight) {
    if (!weight) return tf.sub(tf.sigmoid(logit), target);
    return tf.sub(tf.sub(1, target), tf.mul(weight, tf.sigmoid(tf.neg(logit))));
  },
};

const OF_PROBABILITIES: Formula = {
  value: (p, target, weight) =>
    tf.neg(
      tf.add(
        tf.mul(positive(target, weight), logProbability(p)),
        tf.mul(tf.sub(1, target), logProbability(tf.sub(1, p))),
      ),
    ),
  slope(p, target, weight) {
    const [yes, no] = [tf.mul(positive(target, weight), tf.sub(1, p)), tf.mul(tf.sub(1, target), p)];
    const numerator = weight ? tf.sub(no, yes) : tf.sub(p, target);
    return tf.div(numerator, tf.maximum(tf.mul(p, tf.sub(1, p)), SMALLEST_DIVISOR));
  },
};
