import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { failData, formatShape } from '@espalier/core/internal';
import { rowLoss } from './row-loss.js';
import { signOf } from './signs.js';
import { checkAnswers, oneAnswer } from './vectors.js';

/** Options of {@link marginRanking}. */
export interface MarginRankingOptions {
  /** By how much the better one must lead, >= 0. Default 0. */
  readonly margin?: number;
}

const SCOPE = 'margin-ranking';

/**
 * Margin ranking loss: of two scores the one that should be higher must lead by a margin.
 *
 * ```text
 * s = 2 t - 1
 * loss_n = max(0, margin - s (y_n0 - y_n1))
 * ```
 *
 * Outputs `[N, 2]` are the scores of a pair, targets `[N]` or `[N, 1]` are 1 where the first should be higher, else 0.
 *
 * @param options.margin >= 0. Default 0.
 * @returns A {@link Loss}: per example `[N]`, in units of the scores.
 * @throws EspalierError `invalid-option` for a bad `margin`; the loss throws `invalid-data` for shapes that do not fit and targets
 *   other than 0 and 1.
 * @example
 * ```ts
 * marginRanking().perExample(tf.tensor2d([[1, 3]]), tf.tensor1d([1])); // [2]
 * ```
 * Source: as PyTorch `MarginRankingLoss`, whose targets are -1 for 0.
 */
export function marginRanking(options: MarginRankingOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, { margin: option.number({ min: 0, default: 0 }) });
  const checkPair = (shape: readonly (number | null)[]): void => {
    if (shape.length === 2 && (shape[1] === 2 || shape[1] === null)) return;
    failData(SCOPE, `outputs must be [N, 2], the scores of a pair, got ${formatShape(shape)}.`);
  };
  const excess = (output: tf.Tensor, sign: tf.Tensor): tf.Tensor => {
    const [first, second] = tf.split(output, 2, 1) as [tf.Tensor, tf.Tensor];
    return tf.sub(values.margin, tf.mul(sign, tf.sub(first, second)));
  };
  return rowLoss({
    name: 'marginRanking',
    config,
    targetKind: 'values',
    prepare(outputs, targets) {
      checkPair(outputs.shape);
      return signOf(oneAnswer(SCOPE, targets));
    },
    value: (output, sign) => tf.reshape(tf.relu(excess(output, sign)), [-1]),
    slope(output, sign) {
      const first = tf.neg(tf.mul(sign, tf.step(excess(output, sign))));
      return tf.concat([first, tf.neg(first)], 1);
    },
    checkTargets(targets, outputShape) {
      if (outputShape.length > 1) checkPair(outputShape);
      checkAnswers(SCOPE, targets);
    },
  });
}
