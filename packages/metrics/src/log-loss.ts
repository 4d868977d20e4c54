import type { Metric, OutputScale } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { READING_RULES } from './class-pairs.js';
import { probabilityChecks, surprises } from './probabilities.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link logLoss}. */
export interface LogLossOptions<Name extends string = 'logLoss'> {
  /** What the model gives: `logits` or `probabilities`. Default `logits`. */
  readonly from?: OutputScale;
  /** A label whose examples do not count. Default: none. */
  readonly ignoreIndex?: number;
  /** What it is called in logs. Default `logLoss`. */
  readonly name?: Name;
}

/**
 * Mean cross-entropy of the labels, in nats.
 *
 * ```text
 * logLoss = -sum_n w_n log p_n,label / sum_n w_n
 * ```
 *
 * Outputs `[N, ..., C]` or `[N]`, `[N, ..., 1]` of yes or no. From logits nothing is clipped; probabilities count as at least 2^-126.
 *
 * @param options.from Default `logits`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.name Default `logLoss`.
 * @returns A {@link Metric}; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` for an output that does not fit `from`;
 *   `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * logLoss({ from: 'probabilities' });
 * ```
 * Source: as scikit-learn `log_loss`.
 */
export function logLoss<const Name extends string = 'logLoss'>(
  options: LogLossOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('log-loss', options, {
    from: READING_RULES.from,
    ignoreIndex: READING_RULES.ignoreIndex,
    name: option.text({ default: 'logLoss' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    ...probabilityChecks('log-loss', values.from, values.ignoreIndex),
    sums(batch) {
      const { values: each, weights } = surprises('log-loss', batch, values.from, values.ignoreIndex);
      return meanSums(each, weights);
    },
    result: meanOf,
  };
}
