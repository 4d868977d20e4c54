import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { OutputAverage } from './column-metric.js';
import { regressionChecks, regressionPairs } from './regression.js';
import { residualsOf, residualSums } from './residuals.js';

/** How the values of several outputs become one; `variance` weighs each by the variance of its targets. */
export type R2Average = OutputAverage | 'variance';

/** Options of {@link r2}. */
export interface R2Options<Name extends string = 'r2', A extends R2Average = R2Average> {
  /** `mean` over the outputs, weighted by `variance`, or `none`: a list. Default `mean`. */
  readonly average?: A;
  /** Number of inputs p that the fit is charged for, >= 0: adjusted R^2. Default 0. */
  readonly regressors?: number;
  /** What it is called in logs. Default `r2`. */
  readonly name?: Name;
}

/**
 * Coefficient of determination: the share of the targets' variance that the outputs explain. 1 is perfect, 0 is as good
 * as always answering the mean, and it may be negative.
 *
 * ```text
 * R^2 = mean over d of 1 - sum_n w_n (y_nd - t_nd)^2 / sum_n w_n (t_nd - mean_d)^2
 * adjusted R^2 = 1 - (1 - R^2) (N - 1) / (N - p - 1)
 * ```
 *
 * Right also where the targets vary little beside their mean. Where they do not vary at all it is 1 for a perfect fit and 0
 * otherwise; NaN for fewer than two examples, and adjusted for fewer than p + 2.
 *
 * @param options.average Of several outputs: `mean` (default), `variance` (weighted by it), or `none`, a list.
 * @param options.regressors p, a whole number >= 0. Default 0: not adjusted.
 * @param options.name Default `r2`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * new Trainer({ model, loss: meanSquaredError(), optimizer, metrics: [r2()] }); // logs r2, val_r2
 * ```
 * Source: as scikit-learn `r2_score(multioutput='uniform_average')`, torchmetrics `R2Score(adjusted=p)`.
 */
export function r2<const Name extends string = 'r2', const A extends R2Average = 'mean'>(
  options: R2Options<Name, A> = {},
): Metric<NoInfer<Name>, [A] extends ['none'] ? number[] : number> {
  const { values, config } = readOptions('r2', options, {
    average: option.oneOf(['mean', 'variance', 'none'], { default: 'mean' }),
    regressors: option.integer({ min: 0, default: 0 }),
    name: option.text({ default: 'r2' }),
  });
  const { average, regressors } = values;
  const metric: Metric<string, number | number[]> = {
    name: values.name,
    config,
    ...(average === 'none' ? { isList: true } : { better: 'higher' as const }),
    ...regressionChecks('r2'),
    sums: (batch) => residualSums(...regressionPairs('r2', batch), batch.weights),
    result(totals) {
      const { residuals, spreads, examples } = residualsOf(totals);
      const adjusted = (value: number): number => {
        if (examples < 2 || examples - regressors < 2) return NaN;
        return regressors === 0 ? value : 1 - ((1 - value) * (examples - 1)) / (examples - regressors - 1);
      };
      const columns = residuals.map((residual, d) =>
        spreads[d] === 0 ? Number(residual === 0) : 1 - residual / spreads[d]!,
      );
      if (average === 'none') return columns.map(adjusted);
      const weights = spreads.map((spread) => (average === 'variance' ? spread : 1));
      const weight = weights.reduce((sum, w) => sum + w, 0);
      // Where no column varies, all count alike.
      const share = (d: number): number => (weight === 0 ? 1 / columns.length : weights[d]! / weight);
      return adjusted(columns.reduce((sum, value, d) => sum + share(d) * value, 0));
    },
  };
  return metric as Metric<Name, [A] extends ['none'] ? number[] : number>;
}
