import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { regressionChecks, regressionPairs } from './regression.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link pinball}. */
export interface PinballOptions<Name extends string = 'pinball'> {
  /** q, > 0 and < 1. Default 0.5, where it is half the mean absolute error. */
  readonly quantile?: number;
  /** What it is called in logs. Default `pinball`. */
  readonly name?: Name;
}

/**
 * Pinball loss: the error of an estimate of a quantile, in units of the target.
 *
 * ```text
 * pinball = mean over n, d of max(q (t_nd - y_nd), (q - 1) (t_nd - y_nd))
 * ```
 *
 * @param options.quantile q, > 0 and < 1. Default 0.5, where it is half the mean absolute error.
 * @param options.name Default `pinball`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * pinball({ quantile: 0.9 });
 * ```
 * Source: as scikit-learn `mean_pinball_loss`.
 */
export function pinball<const Name extends string = 'pinball'>(
  options: PinballOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('pinball', options, {
    quantile: option.number({ min: 0, max: 1, exclusiveMin: true, exclusiveMax: true, default: 0.5 }),
    name: option.text({ default: 'pinball' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    ...regressionChecks('pinball'),
    sums(batch) {
      const [outputs, targets] = regressionPairs('pinball', batch);
      const under = tf.sub(targets, outputs);
      return meanSums(
        tf.mean(tf.maximum(tf.mul(under, values.quantile), tf.mul(under, values.quantile - 1)), 1),
        batch.weights,
      );
    },
    result: meanOf,
  };
}
