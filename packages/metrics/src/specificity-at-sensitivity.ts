import { option, readOptions } from '@espalier/core';
import type { CurveAverage, CurveMetric, CurveOptions } from './curve-metric.js';
import { CURVE_RULES, curveMetric } from './curve-metric.js';
import { ratesOf } from './curve-points.js';

/** Options of {@link specificityAtSensitivity}. */
export interface SpecificityAtSensitivityOptions<
  Name extends string = 'specificityAtSensitivity',
  A extends CurveAverage = CurveAverage,
  T extends number | undefined = number | undefined,
> extends CurveOptions<Name, A, T> {
  /** Lowest sensitivity that will do, from 0 to 1. */
  readonly sensitivity: number;
}

/**
 * Highest specificity among the thresholds whose sensitivity (true positive rate) is at least as high as asked, from 0 to 1.
 *
 * ```text
 * max 1 - fpr_i with tpr_i >= sensitivity
 * ```
 *
 * @param options.sensitivity Lowest sensitivity that will do, from 0 to 1.
 * @param options.average Of several classes, each against all others: `macro` (default), `micro`, `weighted` by examples, `none` (a list).
 * @param options.multiLabel Whether each output answers a question of its own. Default false.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.thresholds Probabilities that are tried, 2 to 10,000, instead of all outputs; then it is measured over steps, too.
 * @param options.maxExamples Kept for the exact value, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `specificityAtSensitivity`.
 * @returns A {@link Metric}: exact, of evaluations alone (`val_specificityAtSensitivity`). NaN where a class has no examples, or all; such a class does not
 *   count in an average. NaN where an output is NaN.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that do not fit, and for more than `maxExamples`.
 * @example
 * ```ts
 * specificityAtSensitivity({ sensitivity: 0.9 });
 * ```
 * Source: as torchmetrics `SpecificityAtSensitivity`, Keras `SpecificityAtSensitivity`.
 */
export function specificityAtSensitivity<
  const Name extends string = 'specificityAtSensitivity',
  const A extends CurveAverage = 'macro',
  const T extends number | undefined = undefined,
>(options: SpecificityAtSensitivityOptions<Name, A, T>): CurveMetric<NoInfer<Name>, A, T> {
  const { values, config } = readOptions('specificity-at-sensitivity', options, {
    ...CURVE_RULES,
    sensitivity: option.number({ min: 0, max: 1 }),
    name: option.text({ default: 'specificityAtSensitivity' }),
  });
  return curveMetric<Name, A, T>('specificity-at-sensitivity', values, config, (points) => {
    const { truePositive, falsePositive } = ratesOf(points);
    if (!(points.positives > 0 && points.negatives > 0)) return NaN;
    return Math.max(
      0,
      ...falsePositive.filter((_, i) => truePositive[i]! >= values.sensitivity).map((rate) => 1 - rate),
    );
  });
}
