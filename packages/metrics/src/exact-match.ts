import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { LabelOptions } from './binary-accuracy.js';
import { LABEL_RULES } from './binary-accuracy.js';
import { labelChecks, labelPairs } from './label-pairs.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link exactMatch}. */
export type ExactMatchOptions<Name extends string = 'exactMatch'> = LabelOptions<Name>;

/**
 * Share of examples all of whose labels are right (subset accuracy), from 0 to 1.
 *
 * ```text
 * exactMatch = sum_n w_n [all l: (p_nl > threshold) = (t_nl > 0.5)] / sum_n w_n
 * ```
 *
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.threshold Of the probability, 0 < t < 1. Default 0.5.
 * @param options.name Default `exactMatch`.
 * @returns A {@link Metric} of outputs and targets `[N, ..., L]`: each row of L is an example of its own.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * exactMatch();
 * ```
 * Source: as scikit-learn `accuracy_score` of label matrices, torchmetrics `MultilabelExactMatch`.
 */
export function exactMatch<const Name extends string = 'exactMatch'>(
  options: ExactMatchOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('exact-match', options, {
    ...LABEL_RULES,
    name: option.text({ default: 'exactMatch' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'higher',
    ...labelChecks('exact-match', values.from),
    sums(batch) {
      const { predicted, actual, weights } = labelPairs('exact-match', batch, values);
      return meanSums(tf.min(tf.cast(tf.equal(predicted, actual), 'float32'), 1), weights);
    },
    result: meanOf,
  };
}
