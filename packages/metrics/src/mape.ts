import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { LEAST, regressionChecks, regressionPairs } from './regression.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link mape}. */
export interface MapeOptions<Name extends string = 'mape'> {
  /** What it is called in logs. Default `mape`. */
  readonly name?: Name;
}

/**
 * Mean absolute error as a share of the target; 0.1 is 10 percent.
 *
 * ```text
 * mape = mean over n, d of |y_nd - t_nd| / max(|t_nd|, 1.17e-6)
 * ```
 *
 * A target of 0 makes it huge: see {@link smape} and {@link wmape}.
 *
 * @param options.name Default `mape`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * mape();
 * ```
 * Source: as torchmetrics `MeanAbsolutePercentageError`, scikit-learn `mean_absolute_percentage_error`.
 */
export function mape<const Name extends string = 'mape'>(
  options: MapeOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('mape', options, {
    name: option.text({ default: 'mape' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    ...regressionChecks('mape'),
    sums(batch) {
      const [outputs, targets] = regressionPairs('mape', batch);
      return meanSums(
        tf.mean(tf.div(tf.abs(tf.sub(outputs, targets)), tf.maximum(tf.abs(targets), LEAST)), 1),
        batch.weights,
      );
    },
    result: meanOf,
  };
}
