import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { ClassReading } from './class-pairs.js';
import { COUNT_RULES, countsOf, countSums, readingChecks, share } from './class-counts.js';

/** Options of {@link hammingLoss}. */
export interface HammingLossOptions<Name extends string = 'hammingLoss'> extends ClassReading {
  /** Whether the outputs answer L yes-or-no questions. Default true. */
  readonly multiLabel?: boolean;
  /** What it is called in logs. Default `hammingLoss`. */
  readonly name?: Name;
}

/**
 * Share of answers that are wrong, over all examples and all labels, from 0 to 1.
 *
 * ```text
 * hammingLoss = sum_c (fp_c + fn_c) / (L sum_n w_n)
 * ```
 *
 * With `multiLabel: false`, of classes, it is 1 - accuracy.
 *
 * @param options.multiLabel Default true.
 * @param options.threshold Probability above which an answer is yes, 0 < t < 1. Default 0.5.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count, of classes. Default: none.
 * @param options.name Default `hammingLoss`.
 * @returns A {@link Metric} of outputs and targets `[N, ..., L]`.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * hammingLoss({ threshold: 0.3 });
 * ```
 * Source: as scikit-learn `hamming_loss`, torchmetrics `MultilabelHammingDistance(average='micro')`.
 */
export function hammingLoss<const Name extends string = 'hammingLoss'>(
  options: HammingLossOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { average: _, ...rules } = COUNT_RULES;
  const { values, config } = readOptions('hamming-loss', options, {
    ...rules,
    multiLabel: option.boolean({ default: true }),
    name: option.text({ default: 'hammingLoss' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    ...readingChecks('hamming-loss', values),
    sums: (batch) => countSums('hamming-loss', batch, values),
    result(totals) {
      const { classes } = countsOf(totals);
      const total = totals['total']![0]!;
      const sum = (of: (counts: (typeof classes)[number]) => number): number =>
        classes.reduce((all, counts) => all + of(counts), 0);
      if (!values.multiLabel) return total === 0 ? 0 : 1 - sum(({ tp }) => tp) / total;
      return share(
        sum(({ fp, fn }) => fp + fn),
        total * classes.length,
      );
    },
  };
}
