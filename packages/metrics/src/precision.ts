import type { Metric } from '@espalier/core';
import type { Average, Averaged, CountOptions } from './class-counts.js';
import { countMetric, share } from './class-counts.js';

/** Options of {@link precision}. */
export type PrecisionOptions<Name extends string = 'precision', A extends Average = Average> = CountOptions<
  Name,
  A
>;

/**
 * Share of the predictions of a class that are right, from 0 to 1.
 *
 * ```text
 * precision = tp / (tp + fp)
 * ```
 *
 * Exact over the data set; 0 where there is nothing to divide by, as scikit-learn's `zero_division=0`. An output that is NaN
 * is a wrong answer.
 *
 * @param options.average `binary`, `macro`, `micro`, `weighted` or `none` (a list); default `binary` for one output, else `macro`.
 * @param options.multiLabel Whether each output answers a question of its own. Default false.
 * @param options.threshold Probability above which an answer is yes, 0 < t < 1. Default 0.5.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.name Default `precision`.
 * @returns A {@link Metric} of outputs `[N, ..., C]` and targets `[N, ...]` int32 or `[N, ..., C]`, or `[N]`, `[N, ..., 1]` of yes or no.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` for an output that does not fit `from`;
 *   `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * new Trainer({ model, loss, optimizer, metrics: [precision({ average: 'weighted' })] });
 * ```
 * Source: as scikit-learn `precision_score`, torchmetrics `Precision`.
 */
export function precision<const Name extends string = 'precision', const A extends Average = 'macro'>(
  options: PrecisionOptions<Name, A> = {},
): Metric<NoInfer<Name>, Averaged<A>> {
  return countMetric('precision', options, 'precision', ({ tp, fp }) => share(tp, tp + fp));
}
