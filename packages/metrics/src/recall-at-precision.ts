import { option, readOptions } from '@espalier/core';
import type { CurveAverage, CurveMetric, CurveOptions } from './curve-metric.js';
import { CURVE_RULES, curveMetric } from './curve-metric.js';
import { precisionsOf } from './curve-points.js';

/** Options of {@link recallAtPrecision}. */
export interface RecallAtPrecisionOptions<
  Name extends string = 'recallAtPrecision',
  A extends CurveAverage = CurveAverage,
  T extends number | undefined = number | undefined,
> extends CurveOptions<Name, A, T> {
  /** Lowest precision that will do, from 0 to 1. */
  readonly precision: number;
}

/**
 * Highest recall among the thresholds whose precision is at least as high as asked, from 0 to 1.
 *
 * ```text
 * max recall_i with precision_i >= precision
 * ```
 *
 * 0 where no threshold is precise enough.
 *
 * @param options.precision Lowest precision that will do, from 0 to 1.
 * @param options.average Of several classes, each against all others: `macro` (default), `micro`, `weighted` by examples, `none` (a list).
 * @param options.multiLabel Whether each output answers a question of its own. Default false.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.thresholds Probabilities that are tried, 2 to 10,000, instead of all outputs; then it is measured over steps, too.
 * @param options.maxExamples Kept for the exact value, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `recallAtPrecision`.
 * @returns A {@link Metric}: exact, of evaluations alone (`val_recallAtPrecision`). NaN where a class has no examples, or all; such a class does not
 *   count in an average. NaN where an output is NaN.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that do not fit, and for more than `maxExamples`.
 * @example
 * ```ts
 * recallAtPrecision({ precision: 0.9 });
 * ```
 * Source: as torchmetrics `RecallAtFixedPrecision`, Keras `RecallAtPrecision`.
 */
export function recallAtPrecision<
  const Name extends string = 'recallAtPrecision',
  const A extends CurveAverage = 'macro',
  const T extends number | undefined = undefined,
>(options: RecallAtPrecisionOptions<Name, A, T>): CurveMetric<NoInfer<Name>, A, T> {
  const { values, config } = readOptions('recall-at-precision', options, {
    ...CURVE_RULES,
    precision: option.number({ min: 0, max: 1 }),
    name: option.text({ default: 'recallAtPrecision' }),
  });
  return curveMetric<Name, A, T>('recall-at-precision', values, config, (points) => {
    const { precision, recall } = precisionsOf(points);
    if (!(points.positives > 0)) return NaN;
    return Math.max(0, ...recall.filter((_, i) => precision[i]! >= values.precision));
  });
}
