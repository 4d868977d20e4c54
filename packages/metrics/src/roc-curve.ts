import type { EvaluationMetric, Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { CurveOptions } from './curve-metric.js';
import { CURVE_RULES, curveParts, curvesOf } from './curve-metric.js';
import { curveOfClass, ratesOf } from './curve-points.js';

/** Options of {@link rocCurve}. */
export interface RocCurveOptions<
  Name extends string = 'rocCurve',
  T extends number | undefined = number | undefined,
> extends Omit<CurveOptions<Name, never, T>, 'average' | 'multiLabel'> {
  /** The class that is to be found, of several outputs. Default 1. */
  readonly positive?: number;
}

/**
 * The ROC curve: at each threshold, the share of false positives and of true ones.
 *
 * ```text
 * [[fpr_0, fpr_1, ...], [tpr_0, tpr_1, ...], [1, threshold_1, ...]]
 * ```
 *
 * The first point takes nothing for positive; its threshold is written as 1. Exact curves have a point for each score that occurs.
 *
 * @param options.positive The class against all others, of several outputs, >= 0. Default 1; a single output has but one.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.thresholds Probabilities that are tried, 2 to 10,000, instead of all outputs; then it is measured over steps, too.
 * @param options.maxExamples Kept for the exact value, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `rocCurve`.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that do not fit, and for more than `maxExamples`.
 * @returns A {@link Metric} with value `number[][]`, three lists; they come from `evaluate`, and up to 10,000 numbers are in `record.vectors`.
 * @example
 * ```ts
 * const [first, second, thresholds] = (await new Trainer({ model, loss, optimizer, metrics: [rocCurve()] }).evaluate(validation)).rocCurve;
 * ```
 * Source: as torchmetrics `ROC`.
 */
export function rocCurve<
  const Name extends string = 'rocCurve',
  const T extends number | undefined = undefined,
>(
  options: RocCurveOptions<Name, T> = {},
): [T] extends [number] ? Metric<NoInfer<Name>, number[][]> : EvaluationMetric<NoInfer<Name>, number[][]> {
  const { average: _, multiLabel: __, ...rules } = CURVE_RULES;
  const { values, config } = readOptions('roc-curve', options, {
    ...rules,
    positive: option.integer({ min: 0, default: 1 }),
    name: option.text({ default: 'rocCurve' }),
  });
  const reading = { ...values, multiLabel: false, average: 'none' } as const;
  const metric: Metric<string, number[][]> = {
    name: values.name,
    config,
    isList: true,
    ...curveParts('roc-curve', reading),
    result(totals) {
      const points = curveOfClass('roc-curve', curvesOf(totals, reading), values.positive);
      const { truePositive, falsePositive } = ratesOf(points);
      return [falsePositive, truePositive, [1, ...points.thresholds]];
    },
  };
  return metric as unknown as EvaluationMetric<Name, number[][]>;
}
