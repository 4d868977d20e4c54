import type { Metric } from '@espalier/core';
import type { Average, Averaged, CountOptions } from './class-counts.js';
import { countMetric, share } from './class-counts.js';

/** Options of {@link f1}. */
export type F1Options<Name extends string = 'f1', A extends Average = Average> = CountOptions<Name, A>;

/**
 * Harmonic mean of precision and recall, from 0 to 1.
 *
 * ```text
 * f1 = 2 tp / (2 tp + fp + fn)
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
 * @param options.name Default `f1`.
 * @returns A {@link Metric} of outputs `[N, ..., C]` and targets `[N, ...]` int32 or `[N, ..., C]`, or `[N]`, `[N, ..., 1]` of yes or no.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` for an output that does not fit `from`;
 *   `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * new Trainer({ model, loss, optimizer, metrics: [f1()] }); // logs f1, val_f1
 * ```
 * Source: as scikit-learn `f1_score`, torchmetrics `F1Score`.
 */
export function f1<const Name extends string = 'f1', const A extends Average = 'macro'>(
  options: F1Options<Name, A> = {},
): Metric<NoInfer<Name>, Averaged<A>> {
  return countMetric('f1', options, 'f1', ({ tp, fp, fn }) => share(2 * tp, 2 * tp + fp + fn));
}
