import * as tf from '@tensorflow/tfjs-core';
import type { Metric, OutputScale } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { READING_RULES } from './class-pairs.js';
import { labelChecks, labelPairs } from './label-pairs.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link binaryAccuracy} and {@link exactMatch}. */
export interface LabelOptions<Name extends string> {
  /** What outputs are: `logits` or `probabilities`. Default `logits`. */
  readonly from?: OutputScale;
  /** Probability above which the answer is yes, > 0 and < 1. Default 0.5. */
  readonly threshold?: number;
  /** What it is called in logs. Default: the factory's name. */
  readonly name?: Name;
}

/** Options of {@link binaryAccuracy}. */
export type BinaryAccuracyOptions<Name extends string = 'binaryAccuracy'> = LabelOptions<Name>;

/** Rules of {@link LabelOptions} but the name. */
export const LABEL_RULES = { from: READING_RULES.from, threshold: READING_RULES.threshold } as const;

/**
 * Share of yes-or-no questions that are answered right, over all labels of all examples, from 0 to 1.
 *
 * ```text
 * binaryAccuracy = mean over n, l of [(p_nl > threshold) = (t_nl > 0.5)]
 * ```
 *
 * An output that is NaN is a wrong answer.
 *
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.threshold Of the probability, 0 < t < 1. Default 0.5.
 * @param options.name Default `binaryAccuracy`.
 * @returns A {@link Metric} of outputs and targets `[N, ..., L]`; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * binaryAccuracy({ threshold: 0.7 });
 * ```
 * Source: as Keras `BinaryAccuracy`, torchmetrics `MultilabelAccuracy(average='micro')`.
 */
export function binaryAccuracy<const Name extends string = 'binaryAccuracy'>(
  options: BinaryAccuracyOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('binary-accuracy', options, {
    ...LABEL_RULES,
    name: option.text({ default: 'binaryAccuracy' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'higher',
    ...labelChecks('binary-accuracy', values.from),
    sums(batch) {
      const { predicted, actual, weights } = labelPairs('binary-accuracy', batch, values);
      return meanSums(tf.mean(tf.cast(tf.equal(predicted, actual), 'float32'), 1), weights);
    },
    result: meanOf,
  };
}
