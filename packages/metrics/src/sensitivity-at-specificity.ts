import { option, readOptions } from '@espalier/core';
import type { CurveAverage, CurveMetric, CurveOptions } from './curve-metric.js';
import { CURVE_RULES, curveMetric } from './curve-metric.js';
import { ratesOf } from './curve-points.js';

/** Options of {@link sensitivityAtSpecificity}. */
export interface SensitivityAtSpecificityOptions<
  Name extends string = 'sensitivityAtSpecificity',
  A extends CurveAverage = CurveAverage,
  T extends number | undefined = number | undefined,
> extends CurveOptions<Name, A, T> {
  /** Lowest specificity that will do, from 0 to 1. */
  readonly specificity: number;
}

/**
 * Highest sensitivity (true positive rate) among the thresholds whose specificity is at least as high as asked, from 0 to 1.
 *
 * ```text
 * max tpr_i with 1 - fpr_i >= specificity
 * ```
 *
 * @param options.specificity Lowest specificity that will do, from 0 to 1.
 * @param options.average Of several classes, each against all others: `macro` (default), `micro`, `weighted` by examples, `none` (a list).
 * @param options.multiLabel Whether each output answers a question of its own. Default false.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.thresholds Probabilities that are tried, 2 to 10,000, instead of all outputs; then it is measured over steps, too.
 * @param options.maxExamples Kept for the exact value, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `sensitivityAtSpecificity`.
 * @returns A {@link Metric}: exact, of evaluations alone (`val_sensitivityAtSpecificity`). NaN where a class has no examples, or all; such a class does not
 *   count in an average. NaN where an output is NaN.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that do not fit, and for more than `maxExamples`.
 * @example
 * ```ts
 * sensitivityAtSpecificity({ specificity: 0.95 });
 * ```
 * Source: as torchmetrics `SensitivityAtSpecificity`, Keras `SensitivityAtSpecificity`.
 */
export function sensitivityAtSpecificity<
  const Name extends string = 'sensitivityAtSpecificity',
  const A extends CurveAverage = 'macro',
  const T extends number | undefined = undefined,
>(options: SensitivityAtSpecificityOptions<Name, A, T>): CurveMetric<NoInfer<Name>, A, T> {
  const { values, config } = readOptions('sensitivity-at-specificity', options, {
    ...CURVE_RULES,
    specificity: option.number({ min: 0, max: 1 }),
    name: option.text({ default: 'sensitivityAtSpecificity' }),
  });
  return curveMetric<Name, A, T>('sensitivity-at-specificity', values, config, (points) => {
    const { truePositive, falsePositive } = ratesOf(points);
    if (!(points.positives > 0 && points.negatives > 0)) return NaN;
    return Math.max(...truePositive.filter((_, i) => 1 - falsePositive[i]! >= values.specificity));
  });
}
