import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { ClassReading } from './class-pairs.js';
import { COUNT_RULES, countsOf, countSums, readingChecks } from './class-counts.js';

/** Options of {@link statScores}. */
export interface StatScoresOptions<Name extends string = 'statScores'> extends ClassReading {
  /** Whether the outputs answer L yes-or-no questions. Default false. */
  readonly multiLabel?: boolean;
  /** What it is called in results. Default `statScores`. */
  readonly name?: Name;
}

/**
 * The counts of each class against all others: true and false positives, true and false negatives, and the number of examples.
 *
 * ```text
 * row c = [tp, fp, tn, fn, tp + fn]
 * ```
 *
 * Of a single output the classes are 0 and 1.
 *
 * @param options.multiLabel Whether each output answers a question of its own. Default false.
 * @param options.threshold Probability above which an answer is yes, 0 < t < 1. Default 0.5.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.name Default `statScores`.
 * @returns A {@link Metric} with value `number[][]`, `[C][5]`; in a run it is in `record.vectors`.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * const [tp, fp, tn, fn, support] = (await new Trainer({ model, loss, optimizer, metrics: [statScores()] }).evaluate(validation)).statScores[0]!;
 * ```
 * Source: as torchmetrics `StatScores(average=None)`.
 */
export function statScores<const Name extends string = 'statScores'>(
  options: StatScoresOptions<Name> = {},
): Metric<NoInfer<Name>, number[][]> {
  const { average: _, ...rules } = COUNT_RULES;
  const { values, config } = readOptions('stat-scores', options, {
    ...rules,
    name: option.text({ default: 'statScores' }),
  });
  return {
    name: values.name as Name,
    config,
    isList: true,
    ...readingChecks('stat-scores', values),
    sums: (batch) => countSums('stat-scores', batch, values),
    result: (totals) => countsOf(totals).classes.map(({ tp, fp, tn, fn }) => [tp, fp, tn, fn, tp + fn]),
  };
}
