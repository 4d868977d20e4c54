import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { CLASS_RULES, type ClassOptions, classRows } from './class-rows.js';
import { rowLoss } from './row-loss.js';
import { wherePositive } from './softmax.js';

/** Options of {@link negativeLogLikelihood}. */
export type NegativeLogLikelihoodOptions = ClassOptions;

const SCOPE = 'negative-log-likelihood';

/**
 * Negative log-likelihood of labels under log-probabilities, e.g. of a model that ends in a log-softmax.
 *
 * ```text
 * loss_n = -sum_c w_c t_nc z_nc,   d loss_n / d z_nc = -w_c t_nc
 * ```
 *
 * Outputs `[N, ..., C]` log-probabilities; the labels and their options are those of {@link softmaxCrossEntropy}, which is the
 * same on logits and does not need the log-softmax in the model.
 *
 * @param options.labels `auto` (default), `integer` or `one-hot`.
 * @param options.classWeights One for each class, >= 0. Default: all 1.
 * @param options.ignoreIndex Default: no label is ignored.
 * @returns A {@link Loss}: per example `[N]`, nats.
 * @throws EspalierError `invalid-option` for bad options; the loss throws `invalid-data` for shapes and labels that do not fit.
 * @example
 * ```ts
 * negativeLogLikelihood().perExample(tf.tensor2d([[-3, -0.05]]), tf.tensor1d([0], 'int32')); // [3]
 * ```
 * Source: as PyTorch `NLLLoss`.
 */
export function negativeLogLikelihood(options: NegativeLogLikelihoodOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, CLASS_RULES);
  const labels = classRows(SCOPE, values);
  return rowLoss({
    name: 'negativeLogLikelihood',
    config,
    targetKind: 'class',
    prepare: labels.rows,
    value(output, target) {
      const wrong = tf.where(tf.isNaN(output), output, tf.zerosLike(output));
      return tf.neg(tf.sum(tf.add(wherePositive(target, output), wrong), 1));
    },
    slope: (_, target) => tf.neg(target),
    ...(labels.counts && { counts: labels.counts }),
    checkTargets: labels.checkTargets,
  });
}
