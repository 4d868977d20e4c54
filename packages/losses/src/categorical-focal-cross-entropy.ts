import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { checkOutputScale } from '@espalier/core/internal';
import { CLASS_RULES, type ClassOptions, classRows } from './class-rows.js';
import { GAMMA, power } from './focal.js';
import { rowLoss } from './row-loss.js';
import { logSoftmax, throughSoftmax, wherePositive } from './softmax.js';

/** Options of {@link categoricalFocalCrossEntropy}. */
export interface CategoricalFocalCrossEntropyOptions extends ClassOptions {
  /** How much easy examples are played down: 0, or >= 1. 0 is the cross-entropy. Default 2. */
  readonly gamma?: number;
  /** What the whole is multiplied with, > 0. Default 0.25. */
  readonly alpha?: number;
}

const SCOPE = 'categorical-focal-cross-entropy';

/**
 * Focal loss of several classes: cross-entropy in which examples that are right already count little.
 *
 * ```text
 * loss_n = alpha sum_c w_c t_nc (1 - p_nc)^gamma (-log p_nc),   p = softmax(z)
 * ```
 *
 * Outputs are logits `[N, ..., C]`, the labels and their options those of {@link softmaxCrossEntropy}.
 *
 * @param options.gamma 0, or >= 1. Default 2.
 * @param options.alpha > 0. Default 0.25.
 * @param options.labels `auto` (default), `integer` or `one-hot`.
 * @param options.classWeights One for each class, >= 0. Default: all 1.
 * @param options.ignoreIndex Default: no label is ignored.
 * @returns A {@link Loss}: per example `[N]`.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` where the model ends in a softmax;
 *   the loss throws `invalid-data` for shapes and labels that do not fit.
 * @example
 * ```ts
 * categoricalFocalCrossEntropy({ alpha: 1 }).perExample(tf.tensor2d([[0, 0]]), tf.tensor1d([1], 'int32')); // [log(2) / 4]
 * ```
 * Source: Lin et al., "Focal loss for dense object detection" (2017); as Keras `CategoricalFocalCrossentropy`, without its
 * clipping at 1e-7.
 */
export function categoricalFocalCrossEntropy(options: CategoricalFocalCrossEntropyOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, {
    ...CLASS_RULES,
    gamma: GAMMA,
    alpha: option.number({ min: 0, exclusiveMin: true, default: 0.25 }),
  });
  const { alpha, gamma } = values;
  const labels = classRows(SCOPE, values);
  return rowLoss({
    name: 'categoricalFocalCrossEntropy',
    config,
    targetKind: 'class',
    checkOutput: (output) => checkOutputScale(SCOPE, output, 'logits'),
    prepare: labels.rows,
    value(output, target) {
      const log = logSoftmax(output);
      return tf.sum(wherePositive(tf.mul(target, alpha), tf.neg(tf.mul(power(missing(log), gamma), log))), 1);
    },
    slope(output, target) {
      const log = logSoftmax(output);
      const focus = power(missing(log), gamma);
      const drift = tf.mul(tf.mul(power(missing(log), gamma - 1), gamma), tf.mul(tf.exp(log), log));
      const inLog = gamma === 0 ? tf.neg(focus) : tf.sub(drift, focus);
      return throughSoftmax(wherePositive(tf.mul(target, alpha), inLog), log);
    },
    ...(labels.counts && { counts: labels.counts }),
    checkTargets: labels.checkTargets,
  });
}

/** 1 - p out of log p, without cancellation; a NaN stays one. */
function missing(log: tf.Tensor): tf.Tensor {
  return tf.neg(tf.expm1(log));
}
