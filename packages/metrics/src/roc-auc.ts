import { option, readOptions } from '@espalier/core';
import type { CurveAverage, CurveMetric, CurveOptions } from './curve-metric.js';
import { CURVE_RULES, curveMetric } from './curve-metric.js';
import { ratesOf } from './curve-points.js';

/** Options of {@link rocAuc}. */
export type RocAucOptions<
  Name extends string = 'rocAuc',
  A extends CurveAverage = CurveAverage,
  T extends number | undefined = number | undefined,
> = CurveOptions<Name, A, T>;

/**
 * Area under the ROC curve: the probability that an example of a class scores higher than one that is not; 0.5 is chance, 1 perfect.
 *
 * ```text
 * area = sum_i (fpr_i - fpr_(i-1)) (tpr_i + tpr_(i-1)) / 2
 * ```
 *
 * Ties count half. Exact whatever the scores: logits are compared, not probabilities that round to 1.
 *
 * @param options.average Of several classes, each against all others: `macro` (default), `micro`, `weighted` by examples, `none` (a list).
 * @param options.multiLabel Whether each output answers a question of its own. Default false.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.thresholds Probabilities that are tried, 2 to 10,000, instead of all outputs; then it is measured over steps, too.
 * @param options.maxExamples Kept for the exact value, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `rocAuc`.
 * @returns A {@link Metric}: exact, of evaluations alone (`val_rocAuc`). NaN where a class has no examples, or all; such a class does not
 *   count in an average. NaN where an output is NaN.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that do not fit, and for more than `maxExamples`.
 * @example
 * ```ts
 * new Trainer({ model, loss, optimizer, metrics: [rocAuc()] }); // logs val_rocAuc
 * ```
 * Source: as scikit-learn `roc_auc_score(multi_class='ovr')`, torchmetrics `AUROC`.
 */
export function rocAuc<
  const Name extends string = 'rocAuc',
  const A extends CurveAverage = 'macro',
  const T extends number | undefined = undefined,
>(options: RocAucOptions<Name, A, T> = {}): CurveMetric<NoInfer<Name>, A, T> {
  const { values, config } = readOptions('roc-auc', options, {
    ...CURVE_RULES,
    name: option.text({ default: 'rocAuc' }),
  });
  return curveMetric<Name, A, T>('roc-auc', values, config, (points) => {
    if (!(points.positives > 0 && points.negatives > 0)) return NaN;
    const { truePositive, falsePositive } = ratesOf(points);
    return truePositive.reduce(
      (area, rate, i) =>
        i === 0
          ? 0
          : area + ((falsePositive[i]! - falsePositive[i - 1]!) * (rate + truePositive[i - 1]!)) / 2,
      0,
    );
  });
}
