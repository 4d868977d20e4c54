import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { parameterPlugin } from './parameter-plugin.js';
import type { SelectionOptions } from './selection.js';
import { selectionRules } from './selection.js';

/** Options of {@link nonNegative}. */
export type NonNegativeOptions = SelectionOptions;

/**
 * Keeps weights at 0 or above: after each optimizer step, `w = max(w, 0)`.
 *
 * A NaN stays one. As Keras's constraint `NonNeg`. Kernels: 3 per parameter.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing.
 * @example
 * ```ts
 * const plugin = nonNegative();
 * ```
 */
export function nonNegative(options: NonNegativeOptions = {}): Plugin<never, never> {
  const { values, config } = readOptions('non-negative', options, selectionRules('non-negative'));
  return parameterPlugin(
    values,
    config,
    {},
    // Not tf.relu or tf.maximum, which drop a NaN on some backends.
    () => (w) => tf.where(tf.less(w, 0), tf.zerosLike(w), w),
  );
}
