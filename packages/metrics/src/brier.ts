import * as tf from '@tensorflow/tfjs-core';
import type { Metric, OutputScale } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { READING_RULES } from './class-pairs.js';
import { probabilitiesOf, probabilityChecks } from './probabilities.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link brier}. */
export interface BrierOptions<Name extends string = 'brier'> {
  /** What the model gives: `logits` or `probabilities`. Default `logits`. */
  readonly from?: OutputScale;
  /** A label whose examples do not count. Default: none. */
  readonly ignoreIndex?: number;
  /** What it is called in logs. Default `brier`. */
  readonly name?: Name;
}

/**
 * Brier score: mean squared error of the probabilities.
 *
 * ```text
 * brier = sum_n w_n sum_c (p_nc - t_nc)^2 / sum_n w_n
 * ```
 *
 * Of a single output the sum has the one term of class 1, from 0 to 1; of C classes it is from 0 to 2.
 *
 * @param options.from Default `logits`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.name Default `brier`.
 * @returns A {@link Metric}; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` for an output that does not fit `from`;
 *   `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * brier();
 * ```
 * Source: as scikit-learn `brier_score_loss`; Brier, 1950, for several classes.
 */
export function brier<const Name extends string = 'brier'>(
  options: BrierOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('brier', options, {
    from: READING_RULES.from,
    ignoreIndex: READING_RULES.ignoreIndex,
    name: option.text({ default: 'brier' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    ...probabilityChecks('brier', values.from, values.ignoreIndex),
    sums(batch) {
      const { probabilities, actual, weights } = probabilitiesOf(
        'brier',
        batch,
        values.from,
        values.ignoreIndex,
      );
      return meanSums(tf.sum(tf.squaredDifference(probabilities, actual), 1), weights);
    },
    result: meanOf,
  };
}
