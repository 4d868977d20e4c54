import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { momentsOf, momentSums } from './moments.js';
import { regressionChecks, regressionPairs } from './regression.js';

/** Options of {@link r2}. */
export interface R2Options<Name extends string = 'r2'> {
  /** What it is called in logs. Default `r2`. */
  readonly name?: Name;
}

/** Below this share of the mean square, the spread of float32 targets is rounding. */
const ROUNDING = 2 ** -46;

/**
 * Coefficient of determination: the share of the targets' variance that the outputs explain. 1 is perfect, 0 is as good
 * as always answering the mean, and it may be negative.
 *
 * ```text
 * R^2 = mean over d of 1 - sum_n w_n (y_nd - t_nd)^2 / sum_n w_n (t_nd - mean_d)^2
 * ```
 *
 * Right also where the targets vary little beside their mean. Where they do not vary at all it is 1 for a perfect fit and 0
 * otherwise; NaN for fewer than two examples.
 *
 * @param options.name Default `r2`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * new Trainer({ model, loss: meanSquaredError(), optimizer, metrics: [r2()] }); // logs r2, val_r2
 * ```
 * Source: as scikit-learn `r2_score(multioutput='uniform_average')`.
 */
export function r2<const Name extends string = 'r2'>(
  options: R2Options<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('r2', options, { name: option.text({ default: 'r2' }) });
  return {
    name: values.name,
    config,
    better: 'higher',
    ...regressionChecks('r2'),
    sums(batch) {
      const [outputs, targets] = regressionPairs('r2', batch);
      const { weights } = batch;
      const errors = tf.squaredDifference(outputs, targets);
      return {
        ...momentSums(targets, weights),
        residual: tf.sum(weights ? tf.mul(errors, tf.reshape(weights, [-1, 1])) : errors, 0),
        examples: tf.scalar(outputs.shape[0]),
      };
    },
    result(totals) {
      if (totals['examples']![0]! < 2) return NaN;
      const { weight, mean, squares } = momentsOf(totals);
      const columns = [...totals['residual']!].map((residual, d) => {
        if (squares[d]! <= ROUNDING * weight * mean[d]! * mean[d]!) return residual === 0 ? 1 : 0;
        return 1 - residual / squares[d]!;
      });
      return columns.reduce((sum, value) => sum + value, 0) / columns.length;
    },
  };
}
