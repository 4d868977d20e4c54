import type { Metric, OutputScale } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { pow } from '@espalier/core/internal';
import { READING_RULES } from './class-pairs.js';
import { probabilityChecks, surprises } from './probabilities.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link perplexity}. */
export interface PerplexityOptions<Name extends string = 'perplexity'> {
  /** What the model gives: `logits` or `probabilities`. Default `logits`. */
  readonly from?: OutputScale;
  /** A label whose examples do not count. Default: none. */
  readonly ignoreIndex?: number;
  /** What it is called in logs. Default `perplexity`. */
  readonly name?: Name;
}

/**
 * Exponential of the mean cross-entropy: among how many equally likely classes the model hesitates, >= 1.
 *
 * ```text
 * perplexity = exp(-sum_n w_n log p_n,label / sum_n w_n)
 * ```
 *
 * Of sequences `[N, T, C]` with labels `[N, T]` over all steps that count.
 *
 * @param options.from Default `logits`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.name Default `perplexity`.
 * @returns A {@link Metric}; 1 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` for an output that does not fit `from`;
 *   `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * perplexity({ ignoreIndex: 0 }); // 0 pads
 * ```
 * Source: as torchmetrics `Perplexity`.
 */
export function perplexity<const Name extends string = 'perplexity'>(
  options: PerplexityOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('perplexity', options, {
    from: READING_RULES.from,
    ignoreIndex: READING_RULES.ignoreIndex,
    name: option.text({ default: 'perplexity' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    ...probabilityChecks('perplexity', values.from, values.ignoreIndex),
    sums(batch) {
      const { values: each, weights } = surprises('perplexity', batch, values.from, values.ignoreIndex);
      return meanSums(each, weights);
    },
    result: (totals) => pow(Math.E, meanOf(totals)),
  };
}
