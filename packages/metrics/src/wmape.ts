import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { LEAST, regressionChecks, regressionPairs } from './regression.js';
import { meanSums } from './weighted-mean.js';

/** Options of {@link wmape}. */
export interface WmapeOptions<Name extends string = 'wmape'> {
  /** What it is called in logs. Default `wmape`. */
  readonly name?: Name;
}

/**
 * Weighted mean absolute percentage error: all errors as a share of all targets, so that targets of 0 do no harm.
 *
 * ```text
 * wmape = sum_nd w_n |y_nd - t_nd| / max(sum_nd w_n |t_nd|, 1.17e-6)
 * ```
 *
 * @param options.name Default `wmape`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * wmape();
 * ```
 * Source: as torchmetrics `WeightedMeanAbsolutePercentageError`.
 */
export function wmape<const Name extends string = 'wmape'>(
  options: WmapeOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('wmape', options, {
    name: option.text({ default: 'wmape' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    ...regressionChecks('wmape'),
    sums(batch) {
      const [outputs, targets] = regressionPairs('wmape', batch);
      const error = meanSums(tf.mean(tf.abs(tf.sub(outputs, targets)), 1), batch.weights);
      const amount = meanSums(tf.mean(tf.abs(targets), 1), batch.weights);
      return { sum: error['sum']!, weight: amount['sum']! };
    },
    result: ({ sum, weight }) => sum![0]! / Math.max(weight![0]!, LEAST),
  };
}
