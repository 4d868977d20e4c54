import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { regressionPairs } from './regression.js';

/** Options of {@link r2}. */
export interface R2Options<Name extends string = 'r2'> {
  /** A number near the mean of the targets, in their unit; only rounding depends on it. Default 0. */
  readonly center?: number;
  /** What it is called in logs. Default `r2`. */
  readonly name?: Name;
}

/** Below this share of the sum of squares, the spread of the targets is rounding. */
const ROUNDING = 1e-6;

/**
 * Coefficient of determination: the share of the targets' variance that the outputs explain. 1 is perfect, 0 is as good
 * as always answering the mean, and it may be negative.
 *
 * ```text
 * R^2 = mean over d of 1 - sum_n w_n (y_nd - t_nd)^2 / sum_n w_n (t_nd - mean_d)^2
 * ```
 *
 * The sums of a batch are float32: targets whose standard deviation is under a thousandth of their distance from
 * `center` count as constant, and then R^2 is 1 for a perfect fit and 0 otherwise. NaN for fewer than two examples.
 *
 * @param options.center Default 0.
 * @param options.name Default `r2`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`.
 * @throws EspalierError `invalid-option` for a `center` that is not finite; `sums` throws `invalid-data` for shapes that
 *   differ.
 * @example
 * ```ts
 * r2({ center: 1013 }); // targets are air pressures in hPa
 * ```
 * Source: as scikit-learn `r2_score(multioutput='uniform_average')`.
 */
export function r2<const Name extends string = 'r2'>(options: R2Options<Name> = {}): Metric<Name, number> {
  const { center = 0, name = 'r2' as Name } = options;
  const check = checkOptions('r2');
  check.number('center', center);
  check.text('name', name);
  return {
    name,
    sums(batch) {
      const [outputs, targets] = regressionPairs('r2', batch);
      const { weights } = batch;
      const column = weights && tf.reshape(weights, [-1, 1]);
      const weighted = (values: tf.Tensor): tf.Tensor => tf.sum(column ? tf.mul(values, column) : values, 0);
      const centered = center === 0 ? targets : tf.sub(targets, center);
      const examples = outputs.shape[0];
      return {
        residual: weighted(tf.squaredDifference(outputs, targets)),
        sum: weighted(centered),
        squares: weighted(tf.square(centered)),
        weight: weights ? tf.sum(weights) : tf.scalar(examples),
        examples: tf.scalar(examples),
      };
    },
    result(totals) {
      if (totals['examples']![0]! < 2) return NaN;
      const weight = totals['weight']![0]!;
      const columns = [...totals['residual']!].map((residual, d) => {
        const squares = totals['squares']![d]!;
        const spread = squares - totals['sum']![d]! ** 2 / weight;
        if (spread <= ROUNDING * squares) return residual === 0 ? 1 : 0;
        return 1 - residual / spread;
      });
      return columns.reduce((sum, value) => sum + value, 0) / columns.length;
    },
  };
}
