import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { ColumnOptions, OutputAverage, OverOutputs } from './column-metric.js';
import { COLUMN_RULES, columnMetric } from './column-metric.js';
import { regressionPairs } from './regression.js';
import { residualsOf, residualSums } from './residuals.js';

/** Options of {@link relativeSquaredError}. */
export type RelativeSquaredErrorOptions<
  Name extends string = 'relativeSquaredError',
  A extends OutputAverage = OutputAverage,
> = ColumnOptions<Name, A>;

/**
 * Squared error over that of always answering the mean: 1 - R^2; 0 is perfect.
 *
 * ```text
 * rse = sum_n w_n (y_n - t_n)^2 / sum_n w_n (t_n - mean)^2
 * ```
 *
 * Infinity where the targets do not vary and the outputs are wrong; NaN where they are right, or for fewer than two examples.
 *
 * @param options.average Of several outputs: `mean` (default), or `none`, a list.
 * @param options.name Default `relativeSquaredError`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * relativeSquaredError();
 * ```
 * Source: as torchmetrics `RelativeSquaredError`.
 */
export function relativeSquaredError<
  const Name extends string = 'relativeSquaredError',
  const A extends OutputAverage = 'mean',
>(options: RelativeSquaredErrorOptions<Name, A> = {}): Metric<NoInfer<Name>, OverOutputs<A>> {
  const { values, config } = readOptions('relative-squared-error', options, {
    ...COLUMN_RULES,
    name: option.text({ default: 'relativeSquaredError' }),
  });
  return columnMetric<Name, A>('relative-squared-error', values, config, {
    better: 'lower',
    sums: (batch) => residualSums(...regressionPairs('relative-squared-error', batch), batch.weights),
    columns(totals) {
      const { residuals, spreads, examples } = residualsOf(totals);
      return residuals.map((residual, d) => (examples < 2 ? NaN : residual / spreads[d]!));
    },
  });
}
