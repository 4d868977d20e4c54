import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, MetricBatch, OutputInfo } from '@espalier/core';
import type { AllowedValues } from '@espalier/core/internal';
import { checkOutputIsValues, checkSameShape, checkTargetValues, FINITE } from '@espalier/core/internal';

/** What percentages are never divided by less than, as in torchmetrics. */
export const LEAST = 1.17e-6;

/** Outputs and targets as `[N, D]`; shapes must be equal, nothing is broadcast. */
export function regressionPairs(
  scope: string,
  { outputs, targets }: MetricBatch,
): [tf.Tensor2D, tf.Tensor2D] {
  checkSameShape(scope, outputs.shape, targets.shape);
  const shape: [number, number] = [outputs.shape[0]!, outputs.size / Math.max(outputs.shape[0]!, 1)];
  const floats = targets.dtype === 'float32' ? targets : tf.cast(targets, 'float32');
  return [tf.reshape(outputs, shape), tf.reshape(floats, shape)];
}

/** Checks for a metric of numbers, before the first step. */
export function regressionChecks(scope: string, allowed: AllowedValues = FINITE) {
  return {
    checkOutput: (output: OutputInfo): void => checkOutputIsValues(scope, output),
    checkTargets(targets: HostArray, outputShape: readonly (number | null)[]): void {
      // A functional model may not say its output's shape.
      if (outputShape.length > 1) checkSameShape(scope, outputShape, [null, ...targets.shape.slice(1)]);
      checkTargetValues(scope, targets, allowed);
    },
  };
}
