import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { regressionChecks, regressionPairs } from './regression.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link rmse}. */
export interface RmseOptions<Name extends string = 'rmse'> {
  /** What it is called in logs. Default `rmse`. */
  readonly name?: Name;
}

/**
 * Root of the mean squared error over all elements of all examples, in units of the target.
 *
 * ```text
 * rmse = sqrt(sum_n w_n mean_d (y_nd - t_nd)^2 / sum_n w_n)
 * ```
 *
 * @param options.name Default `rmse`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * new Trainer({ model, loss: huber(), optimizer, metrics: [rmse()] }); // logs rmse, val_rmse
 * ```
 * Source: as torchmetrics `MeanSquaredError(squared=False)`; scikit-learn's `root_mean_squared_error` takes the root of each output and then the mean.
 */
export function rmse<const Name extends string = 'rmse'>(
  options: RmseOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('rmse', options, {
    name: option.text({ default: 'rmse' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    ...regressionChecks('rmse'),
    sums(batch) {
      const [outputs, targets] = regressionPairs('rmse', batch);
      return meanSums(tf.mean(tf.squaredDifference(outputs, targets), 1), batch.weights);
    },
    result: (totals) => Math.sqrt(meanOf(totals)),
  };
}
