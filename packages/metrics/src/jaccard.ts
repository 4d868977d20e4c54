import type { Metric } from '@espalier/core';
import type { Average, Averaged, CountOptions } from './class-counts.js';
import { countMetric, share } from './class-counts.js';

/** Options of {@link jaccard}. */
export type JaccardOptions<Name extends string = 'jaccard', A extends Average = Average> = CountOptions<
  Name,
  A
>;

/**
 * Intersection over union of the predictions and the examples of a class (IoU), from 0 to 1.
 *
 * ```text
 * jaccard = tp / (tp + fp + fn)
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
 * @param options.name Default `jaccard`.
 * @returns A {@link Metric} of outputs `[N, ..., C]` and targets `[N, ...]` int32 or `[N, ..., C]`, or `[N]`, `[N, ..., 1]` of yes or no.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` for an output that does not fit `from`;
 *   `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * jaccard({ ignoreIndex: 255 }); // mean IoU of a segmentation
 * ```
 * Source: as scikit-learn `jaccard_score`, torchmetrics `JaccardIndex`.
 */
export function jaccard<const Name extends string = 'jaccard', const A extends Average = 'macro'>(
  options: JaccardOptions<Name, A> = {},
): Metric<NoInfer<Name>, Averaged<A>> {
  return countMetric('jaccard', options, 'jaccard', ({ tp, fp, fn }) => share(tp, tp + fp + fn));
}
