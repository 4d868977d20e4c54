import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { parameterPlugin } from './parameter-plugin.js';
import type { SelectionOptions } from './selection.js';
import { selectionRules } from './selection.js';

/** Options of {@link box}. */
export interface BoxOptions extends SelectionOptions {
  /** The least weight allowed. Default -1. */
  readonly min?: number;
  /** The largest weight allowed, >= `min`. Default 1. */
  readonly max?: number;
}

/**
 * Keeps each weight between two bounds: after each optimizer step it is projected onto the box (weight clipping).
 *
 * ```text
 * w = min(max(w, min), max)
 * ```
 *
 * A NaN stays one. Kernels: 6 per parameter.
 *
 * @param options.min Default -1.
 * @param options.max >= `min`. Default 1.
 * @throws EspalierError `invalid-option`, also for `min` above `max`; in the first step where the selector selects nothing.
 * @example
 * ```ts
 * const plugin = box({ min: -0.01, max: 0.01 });
 * ```
 * Source: as optax `projections.projection_box`.
 */
export function box(options: BoxOptions = {}): Plugin<never, never> {
  const { values, config } = readOptions('box', options, {
    min: option.number({ default: -1 }),
    max: option.number({ default: 1 }),
    ...selectionRules('box'),
  });
  const { min, max } = values;
  if (min > max) checkOptions('box').fail('min', `at most max, which is ${max}`, min);
  return parameterPlugin(values, config, {}, () => (w) => {
    // Not tf.clipByValue, which drops a NaN on some backends.
    const above = tf.where(tf.less(w, min), tf.fill(w.shape, min), w);
    return tf.where(tf.greater(above, max), tf.fill(w.shape, max), above);
  });
}
