import { option, readOptions } from '@espalier/core';
import type { CurveAverage, CurveMetric, CurveOptions } from './curve-metric.js';
import { CURVE_RULES, curveMetric } from './curve-metric.js';
import { precisionsOf } from './curve-points.js';

/** Options of {@link averagePrecision}. */
export type AveragePrecisionOptions<
  Name extends string = 'averagePrecision',
  A extends CurveAverage = CurveAverage,
  T extends number | undefined = number | undefined,
> = CurveOptions<Name, A, T>;

/**
 * Average precision: the area under the precision-recall curve as a sum of steps, from 0 to 1.
 *
 * ```text
 * ap = sum_i (recall_i - recall_(i-1)) precision_i
 * ```
 *
 * Nothing is interpolated.
 *
 * @param options.average Of several classes, each against all others: `macro` (default), `micro`, `weighted` by examples, `none` (a list).
 * @param options.multiLabel Whether each output answers a question of its own. Default false.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.thresholds Probabilities that are tried, 2 to 10,000, instead of all outputs; then it is measured over steps, too.
 * @param options.maxExamples Kept for the exact value, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `averagePrecision`.
 * @returns A {@link Metric}: exact, of evaluations alone (`val_averagePrecision`). NaN where a class has no examples, or all; such a class does not
 *   count in an average. NaN where an output is NaN.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that do not fit, and for more than `maxExamples`.
 * @example
 * ```ts
 * averagePrecision({ thresholds: 200 }); // over steps, too
 * ```
 * Source: as scikit-learn `average_precision_score`, torchmetrics `AveragePrecision`.
 */
export function averagePrecision<
  const Name extends string = 'averagePrecision',
  const A extends CurveAverage = 'macro',
  const T extends number | undefined = undefined,
>(options: AveragePrecisionOptions<Name, A, T> = {}): CurveMetric<NoInfer<Name>, A, T> {
  const { values, config } = readOptions('average-precision', options, {
    ...CURVE_RULES,
    name: option.text({ default: 'averagePrecision' }),
  });
  return curveMetric<Name, A, T>('average-precision', values, config, (points) => {
    const { precision, recall } = precisionsOf(points);
    if (!(points.positives > 0)) return NaN;
    return recall.reduce((sum, at, i) => sum + (at - (recall[i - 1] ?? 0)) * precision[i]!, 0);
  });
}
