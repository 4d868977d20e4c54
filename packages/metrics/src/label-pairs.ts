import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, MetricBatch, OutputInfo, OutputScale } from '@espalier/core';
import { ANSWERS, checkOutputScale, checkSameShape, checkTargetValues } from '@espalier/core/internal';
import type { ClassReading } from './class-pairs.js';
import { cut, spreadWeights } from './class-pairs.js';

/** Answers to L yes-or-no questions of each position. */
export interface LabelPairs {
  /** `[P, L]` float32, 0 or 1; where an output is NaN, the wrong answer. */
  readonly predicted: tf.Tensor2D;
  readonly actual: tf.Tensor2D;
  readonly weights: tf.Tensor1D | undefined;
}

/** Answers from logits or probabilities `[N, ..., L]` and labels of the same shape, yes above 0.5; `[N]` is one question. */
export function labelPairs(
  scope: string,
  batch: MetricBatch,
  { from = 'logits', threshold }: ClassReading,
): LabelPairs {
  const { outputs, actual, weights } = labelPositions(scope, batch);
  const said = tf.cast(tf.greater(outputs, cut(from, threshold)), 'float32');
  const predicted = tf.where(tf.isNaN(outputs), tf.sub(1, actual), said) as tf.Tensor2D;
  return { predicted, actual, weights };
}

/** Outputs `[P, L]` and answers `[P, L]`, 0 or 1. */
export function labelPositions(
  scope: string,
  { outputs, targets, weights }: MetricBatch,
): {
  readonly outputs: tf.Tensor2D;
  readonly actual: tf.Tensor2D;
  readonly weights: tf.Tensor1D | undefined;
} {
  checkSameShape(scope, outputs.shape, targets.shape, true);
  const labels = outputs.rank === 1 ? 1 : outputs.shape.at(-1)!;
  const rows = (x: tf.Tensor): tf.Tensor2D => tf.reshape(x, [-1, labels]);
  const given = rows(outputs);
  return {
    outputs: given,
    actual: tf.cast(tf.greater(rows(tf.cast(targets, 'float32')), 0.5), 'float32') as tf.Tensor2D,
    weights: weights && spreadWeights(weights, given.shape[0]),
  };
}

/** Checks for a metric of several yes-or-no questions, before the first step. */
export function labelChecks(scope: string, from: OutputScale) {
  return {
    checkOutput: (output: OutputInfo): void => checkOutputScale(scope, output, from),
    checkTargets(targets: HostArray, outputShape: readonly (number | null)[]): void {
      if (outputShape.length > 1) checkSameShape(scope, outputShape, [null, ...targets.shape.slice(1)], true);
      checkTargetValues(scope, targets, ANSWERS);
    },
  };
}
