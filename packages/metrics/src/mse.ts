import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { regressionChecks, regressionPairs } from './regression.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link mse}. */
export interface MseOptions<Name extends string = 'mse'> {
  /** What it is called in logs. Default `mse`. */
  readonly name?: Name;
}

/**
 * Mean squared error over all elements of all examples, in squared units of the target.
 *
 * ```text
 * mse = sum_n w_n mean_d (y_nd - t_nd)^2 / sum_n w_n
 * ```
 *
 * @param options.name Default `mse`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`.
 * @throws EspalierError from `sums`, `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * new Trainer({ model, loss: huber(), optimizer, metrics: [mse()] }); // logs mse, val_mse
 * ```
 * Source: as scikit-learn `mean_squared_error`.
 */
export function mse<const Name extends string = 'mse'>(
  options: MseOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('mse', options, { name: option.text({ default: 'mse' }) });
  return {
    name: values.name,
    config,
    better: 'lower',
    ...regressionChecks('mse'),
    sums(batch) {
      const [outputs, targets] = regressionPairs('mse', batch);
      return meanSums(tf.mean(tf.squaredDifference(outputs, targets), 1), batch.weights);
    },
    result: meanOf,
  };
}
