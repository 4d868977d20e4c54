import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { LEAST, regressionChecks, regressionPairs } from './regression.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link smape}. */
export interface SmapeOptions<Name extends string = 'smape'> {
  /** What it is called in logs. Default `smape`. */
  readonly name?: Name;
}

/**
 * Symmetric mean absolute percentage error: the error as a share of the mean of output and target, from 0 to 2.
 *
 * ```text
 * smape = mean over n, d of 2 |y_nd - t_nd| / max(|y_nd| + |t_nd|, 1.17e-6)
 * ```
 *
 * @param options.name Default `smape`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * smape();
 * ```
 * Source: as torchmetrics `SymmetricMeanAbsolutePercentageError`.
 */
export function smape<const Name extends string = 'smape'>(
  options: SmapeOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('smape', options, {
    name: option.text({ default: 'smape' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    ...regressionChecks('smape'),
    sums(batch) {
      const [outputs, targets] = regressionPairs('smape', batch);
      return meanSums(
        tf.mean(
          tf.div(
            tf.mul(tf.abs(tf.sub(outputs, targets)), 2),
            tf.maximum(tf.add(tf.abs(outputs), tf.abs(targets)), LEAST),
          ),
          1,
        ),
        batch.weights,
      );
    },
    result: meanOf,
  };
}
