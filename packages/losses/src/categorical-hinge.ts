import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { checkOutputScale } from '@espalier/core/internal';
import { CLASS_RULES, type ClassOptions, classRows } from './class-rows.js';
import { rowLoss } from './row-loss.js';

/** Options of {@link categoricalHinge}. */
export type CategoricalHingeOptions = ClassOptions;

const SCOPE = 'categorical-hinge';

/**
 * Categorical hinge loss: 0 where the true class's score is above every other by a margin of 1.
 *
 * ```text
 * loss_n = w max(0, 1 + max_{c != label} z_nc - z_n,label)
 * ```
 *
 * Outputs are scores `[N, ..., C]` of any size, C >= 2; the labels and their options are those of {@link softmaxCrossEntropy}, of rows the
 * highest is the class. Of equal highest scores the first gets the gradient.
 *
 * @param options.labels `auto` (default), `integer` or `one-hot`.
 * @param options.classWeights One for each class, >= 0. Default: all 1.
 * @param options.ignoreIndex Default: no label is ignored.
 * @returns A {@link Loss}: per example `[N]`.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` where the model ends in a softmax;
 *   the loss throws `invalid-data` for shapes and labels that do not fit.
 * @example
 * ```ts
 * categoricalHinge().perExample(tf.tensor2d([[2, 1.5, 0]]), tf.tensor1d([0], 'int32')); // [0.5]
 * ```
 * Source: Crammer and Singer (2001). Keras `CategoricalHinge` takes the maximum of (1 - t) z over all classes, which is
 * never below 0; the same where some other class's score is above 0.
 */
export function categoricalHinge(options: CategoricalHingeOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, CLASS_RULES);
  const labels = classRows(SCOPE, values);
  return rowLoss({
    name: 'categoricalHinge',
    config,
    targetKind: 'class',
    checkOutput: (output) => checkOutputScale(SCOPE, output, 'logits'),
    prepare: labels.rows,
    value(output, target) {
      const { excess, weight } = parts(output, target);
      return tf.mul(tf.relu(excess), weight);
    },
    slope(output, target) {
      const { own, rival, excess, weight } = parts(output, target);
      const active = tf.reshape(tf.mul(tf.step(excess), weight), [-1, 1]);
      return tf.mul(tf.sub(rival, own), active);
    },
    ...(labels.counts && { counts: labels.counts }),
    checkTargets: labels.checkTargets,
  });
}

/** The true class and its strongest rival as one-hot rows, by how much the rival is too near, and the row's weight. */
function parts(output: tf.Tensor, target: tf.Tensor) {
  const width = output.shape[1]!;
  const hot = (rows: tf.Tensor): tf.Tensor =>
    tf.cast(tf.oneHot(tf.argMax<tf.Tensor1D>(rows, 1), width), 'float32');
  const own = hot(target);
  // Out of the range of every score, so that the true class is never its own rival.
  const others = tf.where(tf.greater(own, 0), tf.fill(output.shape, -3e38), output);
  const rival = hot(others);
  const difference = tf.sub(tf.sum(tf.mul(rival, output), 1), tf.sum(tf.mul(own, output), 1));
  return { own, rival, excess: tf.add(difference, 1), weight: tf.sum(target, 1) };
}
