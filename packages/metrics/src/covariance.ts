import type * as tf from '@tensorflow/tfjs-core';
import type { MetricTotals, Tensors } from '@espalier/core';
import { addRows, crossSums, momentsOf, momentSums, putPrefix, spreadOf, takePrefix } from './moments.js';

/** Means, variances and covariance of a column of outputs x and targets y, over n. */
export interface Covariance {
  readonly meanX: number;
  readonly meanY: number;
  readonly varianceX: number;
  readonly varianceY: number;
  readonly covariance: number;
}

/** Sums for the {@link covarianceOf} of `[N, D]` and `[N, D]`, inside the step. */
export function covarianceSums(x: tf.Tensor2D, y: tf.Tensor2D, weights: tf.Tensor | undefined): Tensors {
  return {
    ...putPrefix('x/', momentSums(x, weights)),
    ...putPrefix('y/', momentSums(y, weights)),
    cross: crossSums(x, y, weights),
  };
}

/** Covariances out of these sums, added up in float64. */
export function covarianceOf(totals: MetricTotals): Covariance[] {
  const parts = (['x/', 'y/'] as const).map((prefix) => takePrefix(prefix, totals));
  const [x, y] = parts.map(momentsOf);
  const [spreadX, spreadY] = parts.map(spreadOf);
  const { weight } = x!;
  const width = x!.mean.length;
  return [...addRows(totals['cross']!, totals['cross']!.length / width)].map((sum, d) => ({
    meanX: x!.mean[d]!,
    meanY: y!.mean[d]!,
    varianceX: spreadX![d]! / weight,
    varianceY: spreadY![d]! / weight,
    covariance: sum / weight - x!.mean[d]! * y!.mean[d]!,
  }));
}
