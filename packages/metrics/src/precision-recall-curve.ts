import type { EvaluationMetric, Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { CurveOptions } from './curve-metric.js';
import { CURVE_RULES, curveParts, curvesOf } from './curve-metric.js';
import { curveOfClass, precisionsOf } from './curve-points.js';

/** Options of {@link precisionRecallCurve}. */
export interface PrecisionRecallCurveOptions<
  Name extends string = 'precisionRecallCurve',
  T extends number | undefined = number | undefined,
> extends Omit<CurveOptions<Name, never, T>, 'average' | 'multiLabel'> {
  /** The class that is to be found, of several outputs. Default 1. */
  readonly positive?: number;
}

/**
 * The precision-recall curve: at each threshold, the share of positives that are right, and of those to be found that are found.
 *
 * ```text
 * [[precision_1, ..., 1], [recall_1, ..., 0], [threshold_1, ...]]
 * ```
 *
 * By rising threshold; the last point, precision 1 and recall 0, has no threshold.
 *
 * @param options.positive The class against all others, of several outputs, >= 0. Default 1; a single output has but one.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.thresholds Probabilities that are tried, 2 to 10,000, instead of all outputs; then it is measured over steps, too.
 * @param options.maxExamples Kept for the exact value, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `precisionRecallCurve`.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that do not fit, and for more than `maxExamples`.
 * @returns A {@link Metric} with value `number[][]`, three lists; they come from `evaluate`, and up to 10,000 numbers are in `record.vectors`.
 * @example
 * ```ts
 * const [first, second, thresholds] = (await new Trainer({ model, loss, optimizer, metrics: [precisionRecallCurve()] }).evaluate(validation)).precisionRecallCurve;
 * ```
 * Source: as scikit-learn `precision_recall_curve`.
 */
export function precisionRecallCurve<
  const Name extends string = 'precisionRecallCurve',
  const T extends number | undefined = undefined,
>(
  options: PrecisionRecallCurveOptions<Name, T> = {},
): [T] extends [number] ? Metric<NoInfer<Name>, number[][]> : EvaluationMetric<NoInfer<Name>, number[][]> {
  const { average: _, multiLabel: __, ...rules } = CURVE_RULES;
  const { values, config } = readOptions('precision-recall-curve', options, {
    ...rules,
    positive: option.integer({ min: 0, default: 1 }),
    name: option.text({ default: 'precisionRecallCurve' }),
  });
  const reading = { ...values, multiLabel: false, average: 'none' } as const;
  const metric: Metric<string, number[][]> = {
    name: values.name,
    config,
    isList: true,
    ...curveParts('precision-recall-curve', reading),
    result(totals) {
      const points = curveOfClass('precision-recall-curve', curvesOf(totals, reading), values.positive);
      const { precision, recall } = precisionsOf(points);
      return [[...precision.reverse(), 1], [...recall.reverse(), 0], [...points.thresholds].reverse()];
    },
  };
  return metric as unknown as EvaluationMetric<Name, number[][]>;
}
