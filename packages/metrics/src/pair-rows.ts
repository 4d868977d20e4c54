import * as tf from '@tensorflow/tfjs-core';
import type { MetricBatch, MetricTotals, Tensors } from '@espalier/core';
import { regressionPairs } from './regression.js';

/** Outputs, targets and weights of each example, to be kept; inside the step. */
export function pairRows(scope: string, batch: MetricBatch): Tensors {
  const [outputs, targets] = regressionPairs(scope, batch);
  return { outputs, targets, weights: batch.weights ?? tf.ones([outputs.shape[0]]) };
}

/** One column of outputs and targets, without the examples of weight 0. */
export interface Pairs {
  readonly outputs: Float64Array;
  readonly targets: Float64Array;
  readonly weights: Float64Array;
}

/** The columns of everything that was kept. */
export function pairColumns(totals: MetricTotals): Pairs[] {
  const { outputs, targets, weights } = totals as Record<'outputs' | 'targets' | 'weights', Float64Array>;
  const width = Math.max(1, outputs.length / Math.max(weights.length, 1));
  const kept = [...weights.keys()].filter((i) => weights[i]! > 0);
  return Array.from({ length: width }, (_, d) => ({
    outputs: Float64Array.from(kept, (i) => outputs[i * width + d]!),
    targets: Float64Array.from(kept, (i) => targets[i * width + d]!),
    weights: Float64Array.from(kept, (i) => weights[i]!),
  }));
}
