import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { checkOutputScale } from '@espalier/core/internal';
import { CLASS_RULES, type ClassOptions, classRows } from './class-rows.js';
import { rowLoss } from './row-loss.js';
import { logSoftmax, throughSoftmax } from './softmax.js';

/** Options of {@link generalizedCrossEntropy}. */
export interface GeneralizedCrossEntropyOptions extends ClassOptions {
  /** Between cross-entropy (near 0) and mean absolute error (1): > 0 and <= 1. Default 0.7. */
  readonly q?: number;
}

const SCOPE = 'generalized-cross-entropy';

/**
 * Generalised cross-entropy: bounded, so that wrong labels pull less than under the cross-entropy.
 *
 * ```text
 * loss_n = sum_c w_c t_nc (1 - p_nc^q) / q,   p = softmax(z)
 * ```
 *
 * Outputs are logits `[N, ..., C]`, the labels and their options those of {@link softmaxCrossEntropy}.
 *
 * @param options.q > 0 and <= 1. Default 0.7.
 * @param options.labels `auto` (default), `integer` or `one-hot`.
 * @param options.classWeights One for each class, >= 0. Default: all 1.
 * @param options.ignoreIndex Default: no label is ignored.
 * @returns A {@link Loss}: per example `[N]`, from 0 to 1 / q.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` where the model ends in a softmax;
 *   the loss throws `invalid-data` for shapes and labels that do not fit.
 * @example
 * ```ts
 * generalizedCrossEntropy({ q: 1 }).perExample(tf.tensor2d([[0, 0]]), tf.tensor1d([1], 'int32')); // [0.5]
 * ```
 * Source: Zhang and Sabuncu, "Generalized cross entropy loss for training deep neural networks with noisy labels" (2018),
 * equation 6; as Keras `CategoricalGeneralizedCrossEntropy` on softmax(z).
 */
export function generalizedCrossEntropy(options: GeneralizedCrossEntropyOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, {
    ...CLASS_RULES,
    q: option.number({ min: 0, max: 1, exclusiveMin: true, default: 0.7 }),
  });
  const { q } = values;
  const labels = classRows(SCOPE, values);
  return rowLoss({
    name: 'generalizedCrossEntropy',
    config,
    targetKind: 'class',
    checkOutput: (output) => checkOutputScale(SCOPE, output, 'logits'),
    prepare: labels.rows,
    value: (output, target) =>
      tf.sum(tf.mul(target, tf.mul(tf.expm1(tf.mul(logSoftmax(output), q)), -1 / q)), 1),
    slope(output, target) {
      const log = logSoftmax(output);
      return throughSoftmax(tf.neg(tf.mul(target, tf.exp(tf.mul(log, q)))), log);
    },
    ...(labels.counts && { counts: labels.counts }),
    checkTargets: labels.checkTargets,
  });
}
