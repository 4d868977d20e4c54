import * as tf from '@tensorflow/tfjs-core';
import type { MetricBatch } from '@espalier/core';
import { failData, formatShape } from './shapes.js';

/** Outputs and targets as `[N, D]`; shapes must be equal, nothing is broadcast. */
export function regressionPairs(
  scope: string,
  { outputs, targets }: MetricBatch,
): [tf.Tensor2D, tf.Tensor2D] {
  if (String(outputs.shape) !== String(targets.shape)) {
    failData(
      scope,
      `outputs and targets must have the same shape (nothing is broadcast), ` +
        `got ${formatShape(outputs.shape)} and ${formatShape(targets.shape)}; reshape the targets.`,
    );
  }
  const shape: [number, number] = [outputs.shape[0]!, outputs.size / Math.max(outputs.shape[0]!, 1)];
  const floats = targets.dtype === 'float32' ? targets : tf.cast(targets, 'float32');
  return [tf.reshape(outputs, shape), tf.reshape(floats, shape)];
}
