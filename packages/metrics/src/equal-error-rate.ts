import { option, readOptions } from '@espalier/core';
import type { CurveAverage, CurveMetric, CurveOptions } from './curve-metric.js';
import { CURVE_RULES, curveMetric } from './curve-metric.js';
import { ratesOf } from './curve-points.js';

/** Options of {@link equalErrorRate}. */
export type EqualErrorRateOptions<
  Name extends string = 'equalErrorRate',
  A extends CurveAverage = CurveAverage,
  T extends number | undefined = number | undefined,
> = CurveOptions<Name, A, T>;

/**
 * Equal error rate: the share of false positives where it is nearest to that of false negatives, from 0 to 1.
 *
 * ```text
 * (fpr_i + 1 - tpr_i) / 2 at the threshold where |fpr_i - (1 - tpr_i)| is least
 * ```
 *
 * @param options.average Of several classes, each against all others: `macro` (default), `micro`, `weighted` by examples, `none` (a list).
 * @param options.multiLabel Whether each output answers a question of its own. Default false.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.thresholds Probabilities that are tried, 2 to 10,000, instead of all outputs; then it is measured over steps, too.
 * @param options.maxExamples Kept for the exact value, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `equalErrorRate`.
 * @returns A {@link Metric}: exact, of evaluations alone (`val_equalErrorRate`). NaN where a class has no examples, or all; such a class does not
 *   count in an average. NaN where an output is NaN.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that do not fit, and for more than `maxExamples`.
 * @example
 * ```ts
 * equalErrorRate();
 * ```
 * Source: as torchmetrics `EER`.
 */
export function equalErrorRate<
  const Name extends string = 'equalErrorRate',
  const A extends CurveAverage = 'macro',
  const T extends number | undefined = undefined,
>(options: EqualErrorRateOptions<Name, A, T> = {}): CurveMetric<NoInfer<Name>, A, T> {
  const { values, config } = readOptions('equal-error-rate', options, {
    ...CURVE_RULES,
    name: option.text({ default: 'equalErrorRate' }),
  });
  return curveMetric<Name, A, T>(
    'equal-error-rate',
    values,
    config,
    (points) => {
      const { truePositive, falsePositive } = ratesOf(points);
      if (!(points.positives > 0 && points.negatives > 0)) return NaN;
      const gaps = falsePositive.map((rate, i) => Math.abs(rate - (1 - truePositive[i]!)));
      const nearest = gaps.indexOf(gaps.reduce((least, gap) => Math.min(least, gap), Infinity));
      return (falsePositive[nearest]! + 1 - truePositive[nearest]!) / 2;
    },
    'lower',
  );
}
