import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { failData } from '@espalier/core/internal';
import { classChecks, labelRows, READING_RULES } from './class-pairs.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Largest number of float32. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** Options of {@link topKAccuracy}. */
export interface TopKAccuracyOptions<K extends number, Name extends string> {
  /** How many of the highest logits count; from 1 to the number of classes. */
  readonly k: K;
  /** A label whose examples do not count. Default: none. */
  readonly ignoreIndex?: number;
  /** What it is called in logs. Default `top<k>Accuracy`, e.g. `top5Accuracy`. */
  readonly name?: Name;
}

/**
 * Share of examples whose true class is among the `k` highest logits, from 0 to 1, exact over the data set.
 *
 * ```text
 * hit_n = #{ c : z_nc > z_n,label } < k
 * ```
 *
 * So a class that ties with the k-th highest counts as among them, as in TensorFlow's `in_top_k` (Keras
 * `TopKCategoricalAccuracy`); PyTorch's `topk`, on which torchmetrics builds, leaves ties undefined. An example
 * with a NaN among its logits is a miss, as in `in_top_k`.
 *
 * @param options.k From 1 to C.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.name Default `top<k>Accuracy`.
 * @returns A {@link Metric} of outputs `[N, ..., C]`, C >= 2, and targets `[N, ...]` int32 or `[N, ..., C]`.
 * @throws EspalierError `invalid-option` for a bad `k`; `sums` throws `invalid-data` for fewer than k classes and for
 *   shapes that do not fit.
 * @example
 * ```ts
 * topKAccuracy({ k: 5 }).name; // 'top5Accuracy'
 * ```
 */
export function topKAccuracy<const K extends number, const Name extends string = `top${K}Accuracy`>(
  options: TopKAccuracyOptions<K, Name>,
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('top-k-accuracy', options, {
    k: option.integer({ min: 1 }),
    ignoreIndex: READING_RULES.ignoreIndex,
    name: option.text({ optional: true }),
  });
  const { k, ignoreIndex, name = `top${k}Accuracy` as Name } = values;
  return {
    name,
    config,
    better: 'higher',
    checkTargets: classChecks('top-k-accuracy', { ignoreIndex }).checkTargets,
    sums(batch) {
      const { outputs: given, rows, weights } = labelRows('top-k-accuracy', batch, ignoreIndex);
      const classes = rows.shape[1];
      if (k > classes)
        failData('top-k-accuracy', `k is ${k}, but the model has ${classes} outputs; lower k.`);
      // Finite, since 0 times a class masked by -Infinity is NaN; a NaN stays one.
      const outputs = tf.clipByValue(given, -LARGEST, LARGEST);
      const own = tf.sum(tf.mul(rows, outputs), 1, true);
      // Counted from the other side, so that NaN counts as greater.
      const notGreater = tf.sum(tf.cast(tf.lessEqual(outputs, own), 'float32'), 1);
      return meanSums(tf.cast(tf.greater(notGreater, classes - k), 'float32'), weights);
    },
    result: meanOf,
  };
}
