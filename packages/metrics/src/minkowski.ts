import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { pow } from '@espalier/core/internal';
import { regressionChecks, regressionPairs } from './regression.js';
import { meanSums } from './weighted-mean.js';

/** Options of {@link minkowski}. */
export interface MinkowskiOptions<Name extends string = 'minkowski'> {
  /** Order, >= 1. */
  readonly p: number;
  /** What it is called in logs. Default `minkowski`. */
  readonly name?: Name;
}

/**
 * Minkowski distance of all outputs and all targets.
 *
 * ```text
 * minkowski = (sum_nd w_n |y_nd - t_nd|^p)^(1/p)
 * ```
 *
 * A sum, not a mean: it grows with the data set.
 *
 * @param options.p Order, >= 1.
 * @param options.name Default `minkowski`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * minkowski({ p: 3 });
 * ```
 * Source: as torchmetrics `MinkowskiDistance`.
 */
export function minkowski<const Name extends string = 'minkowski'>(
  options: MinkowskiOptions<Name>,
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('minkowski', options, {
    p: option.number({ min: 1 }),
    name: option.text({ default: 'minkowski' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    ...regressionChecks('minkowski'),
    sums(batch) {
      const [outputs, targets] = regressionPairs('minkowski', batch);
      const { sum } = meanSums(tf.sum(tf.pow(tf.abs(tf.sub(outputs, targets)), values.p), 1), batch.weights);
      return { sum: sum! };
    },
    result: ({ sum }) => pow(sum![0]!, 1 / values.p),
  };
}
