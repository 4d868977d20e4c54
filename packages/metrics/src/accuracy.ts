import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { ClassReading } from './class-pairs.js';
import { classChecks, classPairs, READING_RULES } from './class-pairs.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link accuracy}. */
export interface AccuracyOptions<Name extends string = 'accuracy'> extends ClassReading {
  /** What it is called in logs. Default `accuracy`. */
  readonly name?: Name;
}

/**
 * Share of examples whose class is predicted right, from 0 to 1, exact over the data set.
 *
 * ```text
 * accuracy = sum_n w_n [argmax_c z_nc = label_n] / sum_n w_n
 * ```
 *
 * Outputs `[N, ..., C]` logits (or probabilities), targets `[N, ...]` int32 or `[N, ..., C]` one-hot; of equal maxima the first
 * counts. Outputs `[N, ..., 1]` or `[N]` are binary logits: class 1 above 0; with `from: 'probabilities'` above 0.5. An example
 * with a NaN among its outputs is a miss.
 *
 * @param options.from Default `logits`.
 * @param options.threshold Of a single output, the probability above which it is class 1, 0 < t < 1. Default 0.5.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.name Default `accuracy`.
 * @returns A {@link Metric}; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` for a single output whose last
 *   activation does not fit `from`; `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * new Trainer({ model, loss, optimizer, metrics: [accuracy()] }); // logs accuracy, val_accuracy
 * ```
 * Source: as torchmetrics `MulticlassAccuracy(average='micro')`, scikit-learn `accuracy_score`.
 */
export function accuracy<const Name extends string = 'accuracy'>(
  options: AccuracyOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('accuracy', options, {
    ...READING_RULES,
    name: option.text({ default: 'accuracy' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'higher',
    ...classChecks('accuracy', values),
    sums(batch) {
      const { predicted, actual, weights } = classPairs('accuracy', batch, values);
      return meanSums(tf.cast(tf.equal(predicted, actual), 'float32'), weights);
    },
    result: meanOf,
  };
}
