import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { Average, Averaged, CountOptions } from './class-counts.js';
import { COUNT_RULES, metricOfCounts, share } from './class-counts.js';

/** Options of {@link fBeta}. */
export interface FBetaOptions<
  Name extends string = 'fBeta',
  A extends Average = Average,
> extends CountOptions<Name, A> {
  /** How many times as much recall weighs as precision, > 0. */
  readonly beta: number;
}

/**
 * Weighted harmonic mean of precision and recall, from 0 to 1.
 *
 * ```text
 * fBeta = (1 + beta^2) tp / ((1 + beta^2) tp + beta^2 fn + fp)
 * ```
 *
 * Exact over the data set; 0 where there is nothing to divide by. An output that is NaN is a wrong answer.
 *
 * @param options.beta > 0; 1 is {@link f1}.
 * @param options.average `binary`, `macro`, `micro`, `weighted` or `none` (a list); default `binary` for one output, else `macro`.
 * @param options.multiLabel Whether each output answers a question of its own. Default false.
 * @param options.threshold Probability above which an answer is yes, 0 < t < 1. Default 0.5.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.name Default `fBeta`.
 * @returns A {@link Metric} of outputs `[N, ..., C]` and targets `[N, ...]` int32 or `[N, ..., C]`, or `[N]`, `[N, ..., 1]` of yes or no.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` for an output that does not fit `from`;
 *   `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * fBeta({ beta: 2, average: 'micro' });
 * ```
 * Source: as scikit-learn `fbeta_score`, torchmetrics `FBetaScore`.
 */
export function fBeta<const Name extends string = 'fBeta', const A extends Average = 'macro'>(
  options: FBetaOptions<Name, A>,
): Metric<NoInfer<Name>, Averaged<A>> {
  const { values, config } = readOptions('f-beta', options, {
    ...COUNT_RULES,
    beta: option.number({ min: 0, exclusiveMin: true }),
    name: option.text({ default: 'fBeta' }),
  });
  const square = values.beta * values.beta;
  return metricOfCounts('f-beta', { ...values, config }, ({ tp, fp, fn }) =>
    share((1 + square) * tp, (1 + square) * tp + square * fn + fp),
  ) as Metric<Name, Averaged<A>>;
}
