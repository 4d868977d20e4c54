import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { checkOutputScale } from '@espalier/core/internal';
import { CLASS_RULES, type ClassOptions, classRows } from './class-rows.js';
import { rowLoss } from './row-loss.js';

/** Options of {@link multiMargin}. */
export interface MultiMarginOptions extends ClassOptions {
  /** By how much the true class must lead, > 0. Default 1. */
  readonly margin?: number;
  /** The power of each shortfall: 1 or 2. Default 1. */
  readonly p?: number;
}

const SCOPE = 'multi-margin';

/**
 * Multi-class margin loss: every other class whose score comes nearer to the true one's than the margin costs.
 *
 * ```text
 * loss_n = w / C sum_{c != label} max(0, margin - z_n,label + z_nc)^p
 * ```
 *
 * Outputs are scores `[N, ..., C]` of any size; the labels and their options are those of {@link softmaxCrossEntropy}; of rows of
 * probabilities the loss is the mean over the classes, each as probable as it is.
 *
 * @param options.margin > 0. Default 1.
 * @param options.p 1 or 2. Default 1.
 * @param options.labels `auto` (default), `integer` or `one-hot`.
 * @param options.classWeights One for each class, >= 0; divided by their sum, where PyTorch divides by N. Default: all 1.
 * @param options.ignoreIndex Default: no label is ignored.
 * @returns A {@link Loss}: per example `[N]`.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` where the model ends in a softmax;
 *   the loss throws `invalid-data` for shapes and labels that do not fit.
 * @example
 * ```ts
 * multiMargin().perExample(tf.tensor2d([[2, 1.5, 0]]), tf.tensor1d([0], 'int32')); // [0.5 / 3]
 * ```
 * Source: as PyTorch `MultiMarginLoss`.
 */
export function multiMargin(options: MultiMarginOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, {
    ...CLASS_RULES,
    margin: option.number({ min: 0, exclusiveMin: true, default: 1 }),
    p: option.integer({ min: 1, max: 2, default: 1 }),
  });
  const { margin, p } = values;
  const labels = classRows(SCOPE, values);
  /** `[M, C, C]`: by how much class j is too near to class i, for i != j. */
  const shortfalls = (output: tf.Tensor): tf.Tensor => {
    const width = output.shape[1]!;
    const leads = tf.sub(
      tf.reshape(output, [...output.shape, 1]),
      tf.reshape(output, [output.shape[0]!, 1, output.shape[1]!]),
    );
    return tf.mul(tf.relu(tf.sub(margin, leads)), tf.sub(1, tf.eye(width)));
  };
  return rowLoss({
    name: 'multiMargin',
    config,
    targetKind: 'class',
    checkOutput: (output) => checkOutputScale(SCOPE, output, 'logits'),
    prepare: labels.rows,
    value(output, target) {
      const short = shortfalls(output);
      const each = p === 1 ? short : tf.square(short);
      return tf.mul(tf.sum(tf.mul(tf.sum(each, 2), target), 1), 1 / output.shape[1]!);
    },
    slope(output, target) {
      const short = shortfalls(output);
      const slopes = p === 1 ? tf.step(short) : tf.mul(short, 2);
      const weighted = tf.mul(slopes, tf.reshape(target, [...target.shape, 1]));
      return tf.mul(tf.sub(tf.sum(weighted, 1), tf.sum(weighted, 2)), 1 / output.shape[1]!);
    },
    ...(labels.counts && { counts: labels.counts }),
    checkTargets: labels.checkTargets,
  });
}
