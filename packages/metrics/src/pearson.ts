import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { ColumnOptions, OutputAverage, OverOutputs } from './column-metric.js';
import { COLUMN_RULES, columnMetric } from './column-metric.js';
import { covarianceOf, covarianceSums } from './covariance.js';
import { regressionPairs } from './regression.js';

/** Options of {@link pearson}. */
export type PearsonOptions<
  Name extends string = 'pearson',
  A extends OutputAverage = OutputAverage,
> = ColumnOptions<Name, A>;

/**
 * Pearson correlation of outputs and targets, from -1 to 1.
 *
 * ```text
 * r = cov(y, t) / (sd(y) sd(t))
 * ```
 *
 * Right also where both vary little beside their mean. NaN where one of them does not vary.
 *
 * @param options.average Of several outputs: `mean` (default), or `none`, a list.
 * @param options.name Default `pearson`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * new Trainer({ model, loss: meanSquaredError(), optimizer, metrics: [pearson()] });
 * ```
 * Source: as scipy `pearsonr`, torchmetrics `PearsonCorrCoef`.
 */
export function pearson<const Name extends string = 'pearson', const A extends OutputAverage = 'mean'>(
  options: PearsonOptions<Name, A> = {},
): Metric<NoInfer<Name>, OverOutputs<A>> {
  const { values, config } = readOptions('pearson', options, {
    ...COLUMN_RULES,
    name: option.text({ default: 'pearson' }),
  });
  return columnMetric<Name, A>('pearson', values, config, {
    better: 'higher',
    sums: (batch) => covarianceSums(...regressionPairs('pearson', batch), batch.weights),
    columns: (totals) =>
      covarianceOf(totals).map(
        ({ varianceX, varianceY, covariance }) => covariance / Math.sqrt(varianceX * varianceY),
      ),
  });
}
