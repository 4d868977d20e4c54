import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { ColumnOptions, OutputAverage, OverOutputs } from './column-metric.js';
import { COLUMN_RULES, columnMetric } from './column-metric.js';
import { momentSums, putPrefix, spreadOf, takePrefix } from './moments.js';
import { regressionPairs } from './regression.js';

/** Options of {@link explainedVariance}. */
export type ExplainedVarianceOptions<
  Name extends string = 'explainedVariance',
  A extends OutputAverage = OutputAverage,
> = ColumnOptions<Name, A>;

/**
 * Share of the targets' variance that the outputs explain, whatever they are off by on average. 1 is perfect.
 *
 * ```text
 * 1 - var(t - y) / var(t)
 * ```
 *
 * Where the targets do not vary it is 1 where the errors do not either, and 0 otherwise.
 *
 * @param options.average Of several outputs: `mean` (default), or `none`, a list.
 * @param options.name Default `explainedVariance`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * explainedVariance();
 * ```
 * Source: as scikit-learn `explained_variance_score`.
 */
export function explainedVariance<
  const Name extends string = 'explainedVariance',
  const A extends OutputAverage = 'mean',
>(options: ExplainedVarianceOptions<Name, A> = {}): Metric<NoInfer<Name>, OverOutputs<A>> {
  const { values, config } = readOptions('explained-variance', options, {
    ...COLUMN_RULES,
    name: option.text({ default: 'explainedVariance' }),
  });
  return columnMetric<Name, A>('explained-variance', values, config, {
    better: 'higher',
    sums(batch) {
      const [outputs, targets] = regressionPairs('explained-variance', batch);
      return {
        ...putPrefix('error/', momentSums(tf.sub(targets, outputs) as tf.Tensor2D, batch.weights)),
        ...putPrefix('target/', momentSums(targets, batch.weights)),
      };
    },
    columns(totals) {
      const error = spreadOf(takePrefix('error/', totals));
      return spreadOf(takePrefix('target/', totals)).map((spread, d) =>
        spread === 0 ? Number(error[d] === 0) : 1 - error[d]! / spread,
      );
    },
  });
}
