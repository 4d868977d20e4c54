import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { classPairs } from './class-pairs.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link accuracy}. */
export interface AccuracyOptions<Name extends string = 'accuracy'> {
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
 * Outputs `[N, C]` logits (or probabilities), targets `[N]` int32 or `[N, C]` one-hot; of equal maxima the first counts.
 * Outputs `[N, 1]` or `[N]` are binary logits: class 1 above 0.
 *
 * @param options.name Default `accuracy`.
 * @returns A {@link Metric}; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for an empty name; `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * new Trainer({ model, loss, optimizer, metrics: [accuracy()] }); // logs accuracy, val_accuracy
 * ```
 * Source: as torchmetrics `MulticlassAccuracy(average='micro')`, scikit-learn `accuracy_score`.
 */
export function accuracy<const Name extends string = 'accuracy'>(
  options: AccuracyOptions<Name> = {},
): Metric<Name, number> {
  const { name = 'accuracy' as Name } = options;
  checkOptions('accuracy').text('name', name);
  return {
    name,
    sums(batch) {
      const { predicted, actual } = classPairs('accuracy', batch);
      return meanSums(tf.cast(tf.equal(predicted, actual), 'float32'), batch.weights);
    },
    result: meanOf,
  };
}
