import type { Metric } from '@espalier/core';
import type { Average, Averaged, CountOptions } from './class-counts.js';
import { countMetric, share } from './class-counts.js';

/** Options of {@link negativePredictiveValue}. */
export type NegativePredictiveValueOptions<
  Name extends string = 'negativePredictiveValue',
  A extends Average = Average,
> = CountOptions<Name, A>;

/**
 * Share of the answers "not of this class" that are right, from 0 to 1.
 *
 * ```text
 * npv = tn / (tn + fn)
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
 * @param options.name Default `negativePredictiveValue`.
 * @returns A {@link Metric} of outputs `[N, ..., C]` and targets `[N, ...]` int32 or `[N, ..., C]`, or `[N]`, `[N, ..., 1]` of yes or no.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` for an output that does not fit `from`;
 *   `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * negativePredictiveValue({ from: 'probabilities' });
 * ```
 * Source: as torchmetrics `NegativePredictiveValue`.
 */
export function negativePredictiveValue<
  const Name extends string = 'negativePredictiveValue',
  const A extends Average = 'macro',
>(options: NegativePredictiveValueOptions<Name, A> = {}): Metric<NoInfer<Name>, Averaged<A>> {
  return countMetric('negative-predictive-value', options, 'negativePredictiveValue', ({ tn, fn }) =>
    share(tn, tn + fn),
  );
}
