import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { ColumnOptions, OutputAverage, OverOutputs } from './column-metric.js';
import { COLUMN_RULES, columnMetric } from './column-metric.js';
import { covarianceOf, covarianceSums } from './covariance.js';
import { regressionPairs } from './regression.js';

/** Options of {@link concordance}. */
export type ConcordanceOptions<
  Name extends string = 'concordance',
  A extends OutputAverage = OutputAverage,
> = ColumnOptions<Name, A>;

/**
 * Lin's concordance correlation: Pearson's, less where the means or the spreads differ; from -1 to 1.
 *
 * ```text
 * ccc = 2 cov(y, t) / (var(y) + var(t) + (mean(y) - mean(t))^2)
 * ```
 *
 * NaN where neither varies and both are the same.
 *
 * @param options.average Of several outputs: `mean` (default), or `none`, a list.
 * @param options.name Default `concordance`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * concordance();
 * ```
 * Source: as torchmetrics `ConcordanceCorrCoef`, with variances over n as Lin, 1989.
 */
export function concordance<
  const Name extends string = 'concordance',
  const A extends OutputAverage = 'mean',
>(options: ConcordanceOptions<Name, A> = {}): Metric<NoInfer<Name>, OverOutputs<A>> {
  const { values, config } = readOptions('concordance', options, {
    ...COLUMN_RULES,
    name: option.text({ default: 'concordance' }),
  });
  return columnMetric<Name, A>('concordance', values, config, {
    better: 'higher',
    sums: (batch) => covarianceSums(...regressionPairs('concordance', batch), batch.weights),
    columns: (totals) =>
      covarianceOf(totals).map(
        ({ varianceX, varianceY, covariance, meanX, meanY }) =>
          (2 * covariance) / (varianceX + varianceY + (meanX - meanY) * (meanX - meanY)),
      ),
  });
}
