import { option, readOptions } from '@espalier/core';
import type { CurveAverage, CurveMetric, CurveOptions } from './curve-metric.js';
import { CURVE_RULES, curveMetric } from './curve-metric.js';
import { precisionsOf } from './curve-points.js';

/** Options of {@link precisionAtRecall}. */
export interface PrecisionAtRecallOptions<
  Name extends string = 'precisionAtRecall',
  A extends CurveAverage = CurveAverage,
  T extends number | undefined = number | undefined,
> extends CurveOptions<Name, A, T> {
  /** Lowest recall that will do, from 0 to 1. */
  readonly recall: number;
}

/**
 * Highest precision among the thresholds whose recall is at least as high as asked, from 0 to 1.
 *
 * ```text
 * max precision_i with recall_i >= recall
 * ```
 *
 * @param options.recall Lowest recall that will do, from 0 to 1.
 * @param options.average Of several classes, each against all others: `macro` (default), `micro`, `weighted` by examples, `none` (a list).
 * @param options.multiLabel Whether each output answers a question of its own. Default false.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.thresholds Probabilities that are tried, 2 to 10,000, instead of all outputs; then it is measured over steps, too.
 * @param options.maxExamples Kept for the exact value, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `precisionAtRecall`.
 * @returns A {@link Metric}: exact, of evaluations alone (`val_precisionAtRecall`). NaN where a class has no examples, or all; such a class does not
 *   count in an average. NaN where an output is NaN.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that do not fit, and for more than `maxExamples`.
 * @example
 * ```ts
 * precisionAtRecall({ recall: 0.8 });
 * ```
 * Source: as torchmetrics `PrecisionAtFixedRecall`, Keras `PrecisionAtRecall`.
 */
export function precisionAtRecall<
  const Name extends string = 'precisionAtRecall',
  const A extends CurveAverage = 'macro',
  const T extends number | undefined = undefined,
>(options: PrecisionAtRecallOptions<Name, A, T>): CurveMetric<NoInfer<Name>, A, T> {
  const { values, config } = readOptions('precision-at-recall', options, {
    ...CURVE_RULES,
    recall: option.number({ min: 0, max: 1 }),
    name: option.text({ default: 'precisionAtRecall' }),
  });
  return curveMetric<Name, A, T>('precision-at-recall', values, config, (points) => {
    const { precision, recall } = precisionsOf(points);
    if (!(points.positives > 0)) return NaN;
    return Math.max(0, ...precision.filter((_, i) => recall[i]! >= values.recall));
  });
}
