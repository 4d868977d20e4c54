import * as tf from '@tensorflow/tfjs-core';
import { option, readOptions } from '@espalier/core';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, updateOf, valueOf } from './gradient-transform.js';

/**
 * Bounds every element of every update: `min(max(g, -maxValue), maxValue)`, as Keras's `clipvalue`. NaN stays NaN.
 *
 * @param maxValue Greater than 0.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const transform = chain(clipByValue(0.5), scaleByAdam(), scaleByLearningRate(0.001));
 * ```
 * @see `optax.clip`.
 */
export function clipByValue(maxValue: number): GradientTransform {
  const { config } = readOptions(
    'clip-by-value',
    { maxValue },
    { maxValue: option.number({ min: 0, exclusiveMin: true }) },
  );
  return eachParameter({
    name: 'clip-by-value',
    config,
    rule(update, { step }) {
      const g = valueOf(update, step);
      // ClipByValue turns a NaN into -maxValue on the wasm backend.
      return { update: updateOf(tf.where(tf.isNaN(g), g, tf.clipByValue(g, -maxValue, maxValue))) };
    },
  });
}
