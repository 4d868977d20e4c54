import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { regressionChecks, regressionPairs } from './regression.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link mae}. */
export interface MaeOptions<Name extends string = 'mae'> {
  /** What it is called in logs. Default `mae`. */
  readonly name?: Name;
}

/**
 * Mean absolute error over all elements of all examples, in units of the target.
 *
 * ```text
 * mae = sum_n w_n mean_d |y_nd - t_nd| / sum_n w_n
 * ```
 *
 * @param options.name Default `mae`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`.
 * @throws EspalierError from `sums`, `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * new Trainer({ model, loss: meanSquaredError(), optimizer, metrics: [mae()] }); // logs mae, val_mae
 * ```
 * Source: as scikit-learn `mean_absolute_error`.
 */
export function mae<const Name extends string = 'mae'>(
  options: MaeOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('mae', options, { name: option.text({ default: 'mae' }) });
  return {
    name: values.name,
    config,
    better: 'lower',
    ...regressionChecks('mae'),
    sums(batch) {
      const [outputs, targets] = regressionPairs('mae', batch);
      return meanSums(tf.mean(tf.abs(tf.sub(outputs, targets)), 1), batch.weights);
    },
    result: meanOf,
  };
}
