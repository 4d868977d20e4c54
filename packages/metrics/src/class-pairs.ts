import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, MetricBatch, OutputInfo, OutputScale } from '@espalier/core';
import {
  ANSWERS,
  checkClassTargets,
  checkOutputScale,
  checkTargetValues,
  failData,
  formatShape,
  oneHot,
} from '@espalier/core/internal';

/** What one output of a yes-or-no question may be. */
export const SCALES: readonly OutputScale[] = ['logits', 'probabilities'];

/** Predicted and true class of each example, `[N]` int32; -1 is predicted where an output is NaN. */
export interface ClassPairs {
  readonly predicted: tf.Tensor1D;
  readonly actual: tf.Tensor1D;
}

/**
 * Classes from logits or probabilities `[N, C]` (the first of equal maxima) and labels `[N]` int32 or rows `[N, C]`; one output
 * `[N, 1]` or `[N]` is binary: class 1 above 0, or above 0.5 `from` probabilities, against labels above 0.5.
 */
export function classPairs(
  scope: string,
  { outputs, targets }: MetricBatch,
  from: OutputScale = 'logits',
): ClassPairs {
  const examples = outputs.shape[0]!;
  if (targets.shape[0] === examples && isSingle(outputs.shape)) {
    if (!isSingle(targets.shape)) failLabels(scope, outputs, targets, `[${examples}] or [${examples}, 1]`);
    const flat = tf.reshape(outputs, [-1]);
    const predicted = unlessNaN(above(flat, from === 'logits' ? 0 : 0.5), flat);
    return { predicted, actual: above(tf.cast(targets, 'float32'), 0.5) };
  }
  if (outputs.rank !== 2)
    failData(scope, `outputs must be logits [N, C], got ${formatShape(outputs.shape)}.`);
  const actual = actualClass(scope, outputs, targets);
  // Of a row with a NaN the sum is NaN; those of logits that mask a class by -Infinity are not.
  return { predicted: unlessNaN(tf.argMax(outputs, 1), tf.sum(outputs, 1)), actual };
}

/** `classes` `[N]`, and -1 where `values` `[N]` are NaN. */
function unlessNaN(classes: tf.Tensor1D, values: tf.Tensor): tf.Tensor1D {
  return tf.where(tf.isNaN(values), tf.fill(classes.shape, -1, 'int32'), classes);
}

/** The true class of each example of a problem with C >= 2 classes. */
function actualClass(scope: string, outputs: tf.Tensor, targets: tf.Tensor): tf.Tensor1D {
  if (targets.shape[0] === outputs.shape[0]) {
    if (targets.rank === 1 && targets.dtype === 'int32') return targets as tf.Tensor1D;
    if (targets.rank === 2 && targets.shape[1] === outputs.shape[1])
      return tf.argMax<tf.Tensor1D>(targets, 1);
  }
  failLabels(scope, outputs, targets, `[${outputs.shape[0]}] int32 or ${formatShape(outputs.shape)}`);
}

/** Labels as rows `[N, C]` float32, one-hot where they are integers. */
export function labelRows(scope: string, { outputs, targets }: MetricBatch): tf.Tensor2D {
  if (outputs.rank !== 2 || outputs.shape[1]! < 2) {
    failData(scope, `outputs must be logits [N, C] with C >= 2, got ${formatShape(outputs.shape)}.`);
  }
  return oneHot(actualClass(scope, outputs, targets), outputs.shape[1]!);
}

/** Checks for a metric of classes, before the first step. */
export function classChecks(scope: string, from: OutputScale) {
  return {
    checkOutput(output: OutputInfo): void {
      // The highest of several is the same before and after a softmax.
      if (output.shape && isSingle(output.shape)) checkOutputScale(scope, output, from);
    },
    checkTargets(targets: HostArray, outputShape: readonly (number | null)[]): void {
      if (!isSingle(outputShape)) return checkClassTargets(scope, 'auto', targets, outputShape);
      if (!isSingle(targets.shape)) {
        failData(
          scope,
          `labels must be [N] or [N, 1], got ${formatShape([null, ...targets.shape.slice(1)])}.`,
        );
      }
      checkTargetValues(scope, targets, ANSWERS);
    },
  };
}

function isSingle(shape: readonly (number | null)[]): boolean {
  return shape.length === 1 || (shape.length === 2 && shape[1] === 1);
}

function above(values: tf.Tensor, threshold: number): tf.Tensor1D {
  return tf.cast(tf.greater(tf.reshape(values, [-1]), threshold), 'int32') as tf.Tensor1D;
}

function failLabels(scope: string, outputs: tf.Tensor, targets: tf.Tensor, wanted: string): never {
  failData(
    scope,
    `for outputs ${formatShape(outputs.shape)} the labels must be ${wanted}, ` +
      `got ${formatShape(targets.shape)} ${targets.dtype}.`,
  );
}
