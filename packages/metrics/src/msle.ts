import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { AllowedValues } from '@espalier/core/internal';
import { regressionChecks, regressionPairs } from './regression.js';
import { meanOf, meanSums } from './weighted-mean.js';

const NOT_NEGATIVE: AllowedValues = {
  text: 'a finite number >= 0',
  accepts: (value) => value >= 0 && value < Infinity,
};

/** Options of {@link msle}. */
export interface MsleOptions<Name extends string = 'msle'> {
  /** What it is called in logs. Default `msle`. */
  readonly name?: Name;
}

/**
 * Mean squared difference of the logarithms of 1 + output and 1 + target.
 *
 * ```text
 * msle = mean over n, d of (log(1 + y_nd) - log(1 + t_nd))^2
 * ```
 *
 * Targets are at least 0; NaN where an output is below -1.
 *
 * @param options.name Default `msle`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * msle();
 * ```
 * Source: as scikit-learn `mean_squared_log_error`, torchmetrics `MeanSquaredLogError`.
 */
export function msle<const Name extends string = 'msle'>(
  options: MsleOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('msle', options, {
    name: option.text({ default: 'msle' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    ...regressionChecks('msle', NOT_NEGATIVE),
    sums(batch) {
      const [outputs, targets] = regressionPairs('msle', batch);
      return meanSums(tf.mean(tf.squaredDifference(tf.log1p(outputs), tf.log1p(targets)), 1), batch.weights);
    },
    result: meanOf,
  };
}
