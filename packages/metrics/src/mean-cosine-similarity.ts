import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { regressionChecks, regressionPairs } from './regression.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** What nothing is divided by less than. */
const SMALLEST = 2 ** -126;

/** Options of {@link meanCosineSimilarity}. */
export interface MeanCosineSimilarityOptions<Name extends string = 'meanCosineSimilarity'> {
  /** What it is called in logs. Default `meanCosineSimilarity`. */
  readonly name?: Name;
}

/**
 * Mean cosine of the angle between output and target, from -1 to 1.
 *
 * ```text
 * cosine = mean over n of <y_n, t_n> / (|y_n| |t_n|)
 * ```
 *
 * 0 for a row of zeros. Of outputs `[N, ...]` all elements of an example are one vector.
 *
 * @param options.name Default `meanCosineSimilarity`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * meanCosineSimilarity();
 * ```
 * Source: as torchmetrics `CosineSimilarity(reduction='mean')`, Keras `CosineSimilarity`.
 */
export function meanCosineSimilarity<const Name extends string = 'meanCosineSimilarity'>(
  options: MeanCosineSimilarityOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('mean-cosine-similarity', options, {
    name: option.text({ default: 'meanCosineSimilarity' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'higher',
    ...regressionChecks('mean-cosine-similarity'),
    sums(batch) {
      const [outputs, targets] = regressionPairs('mean-cosine-similarity', batch);
      const scaled = (x: tf.Tensor): tf.Tensor => {
        // The largest becomes 1, so that squares neither vanish nor overflow.
        const large = tf.maximum(tf.max(tf.abs(x), 1, true), SMALLEST);
        const unit = tf.div(x, large);
        return tf.div(unit, tf.maximum(tf.sqrt(tf.sum(tf.square(unit), 1, true)), SMALLEST));
      };
      return meanSums(tf.sum(tf.mul(scaled(outputs), scaled(targets)), 1), batch.weights);
    },
    result: meanOf,
  };
}
