import * as tf from '@tensorflow/tfjs-core';
import type { MetricTotals, Tensors } from '@espalier/core';

/** Sums for the (weighted) mean of `values` `[N]` over a data set. */
export function meanSums(values: tf.Tensor, weights: tf.Tensor | undefined): Tensors {
  return weights
    ? { sum: tf.sum(tf.mul(values, weights)), weight: tf.sum(weights) }
    : { sum: tf.sum(values), weight: tf.scalar(values.shape[0]!) };
}

/** The mean; 0 where all weights are 0. */
export function meanOf(totals: MetricTotals): number {
  const weight = totals['weight']![0]!;
  return weight === 0 ? 0 : totals['sum']![0]! / weight;
}
