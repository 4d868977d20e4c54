import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { checkOutputScale, checkSameShape, checkTargetValues } from '@espalier/core/internal';
import { YES_OR_NO } from './allowed-targets.js';
import { rowLoss } from './row-loss.js';

const SCOPE = 'multi-label-margin';

/**
 * Multi-label margin loss: every label that is there must score higher by 1 than every one that is not.
 *
 * ```text
 * loss_n = 1 / C sum_{i: t_ni = 1} sum_{j: t_nj = 0} max(0, 1 - z_ni + z_nj)
 * ```
 *
 * Outputs are scores `[N, ..., C]` of any size, targets 0 or 1 of the same shape.
 *
 * @returns A {@link Loss}: per example `[N]`; 0 where all or no labels are there.
 * @throws EspalierError from the trainer `invalid-model` where the model ends in a sigmoid or softmax; the loss throws
 *   `invalid-data` for shapes that differ and targets other than 0 and 1.
 * @example
 * ```ts
 * multiLabelMargin().perExample(tf.tensor2d([[2, 1.5, 0]]), tf.tensor2d([[1, 0, 1]])); // [(0.5 + 2.5) / 3]
 * ```
 * Source: as PyTorch `MultiLabelMarginLoss`, which takes the labels' numbers in place of 0 and 1.
 */
export function multiLabelMargin(options: Readonly<Record<string, never>> = {}): Loss {
  const { config } = readOptions(SCOPE, options, {});
  /** `[M, C, C]`: by how much label j, not there, is too near to label i, which is. */
  const parts = (output: tf.Tensor, target: tf.Tensor) => {
    const leads = tf.sub(
      tf.reshape(output, [...output.shape, 1]),
      tf.reshape(output, [output.shape[0]!, 1, output.shape[1]!]),
    );
    const pairs = tf.mul(
      tf.reshape(target, [...target.shape, 1]),
      tf.reshape(tf.sub(1, target), [target.shape[0]!, 1, target.shape[1]!]),
    );
    return { short: tf.relu(tf.sub(1, leads)), pairs };
  };
  return rowLoss({
    name: 'multiLabelMargin',
    config,
    targetKind: 'values',
    checkOutput: (output) => checkOutputScale(SCOPE, output, 'logits'),
    prepare(outputs, targets) {
      checkSameShape(SCOPE, outputs.shape, targets.shape);
      return tf.reshape(tf.cast(targets, 'float32'), [-1, outputs.rank === 1 ? 1 : outputs.shape.at(-1)!]);
    },
    value(output, target) {
      const { short, pairs } = parts(output, target);
      return tf.mul(tf.sum(tf.mul(short, pairs), [1, 2]), 1 / output.shape[1]!);
    },
    slope(output, target) {
      const { short, pairs } = parts(output, target);
      const active = tf.mul(tf.step(short), pairs);
      return tf.mul(tf.sub(tf.sum(active, 1), tf.sum(active, 2)), 1 / output.shape[1]!);
    },
    checkTargets(targets, outputShape) {
      if (outputShape.length > 1) checkSameShape(SCOPE, outputShape, [null, ...targets.shape.slice(1)]);
      checkTargetValues(SCOPE, targets, YES_OR_NO);
    },
  });
}
