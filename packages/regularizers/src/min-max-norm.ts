import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { AXIS_RULE, axesFor } from './axes.js';
import { parameterPlugin } from './parameter-plugin.js';
import type { SelectionOptions } from './selection.js';
import { selectionRules } from './selection.js';

/** Options of {@link minMaxNorm}. */
export interface MinMaxNormOptions extends SelectionOptions {
  /** The least norm allowed, >= 0. Default 0. */
  readonly min?: number;
  /** The largest norm allowed, > 0 and >= `min`. Default 1. */
  readonly max?: number;
  /** How much of the way to the nearest allowed norm is gone in each step, > 0 and <= 1. Default 1, all of it. */
  readonly rate?: number;
  /**
   * Axis or axes that a norm is taken over, negative ones from the end. Default: all but the last, the weights that
   * come into one unit or filter; of a vector, its only one.
   */
  readonly axis?: number | readonly number[];
}

/**
 * Keeps the norm of the weights into each unit between two bounds, after each optimizer step.
 *
 * ```text
 * n = norm2(w over axis)
 * w = w (rate clip(n, min, max) + (1 - rate) n) / (n + 1e-7)
 * ```
 *
 * A vector of zeros stays one. As Keras's constraint `MinMaxNorm`, whose default axis 0 is the same for a dense kernel.
 * Kernels: 9 per parameter.
 *
 * @throws EspalierError `invalid-option`, also for `min` above `max`; in the first step where the selector selects nothing, or
 *   a parameter lacks an axis.
 * @example
 * ```ts
 * const plugin = minMaxNorm({ min: 0.5, max: 2 });
 * ```
 */
export function minMaxNorm(options: MinMaxNormOptions = {}): Plugin<never, never> {
  const { values, config } = readOptions('min-max-norm', options, {
    min: option.number({ min: 0, default: 0 }),
    max: option.number({ min: 0, exclusiveMin: true, default: 1 }),
    rate: option.number({ min: 0, exclusiveMin: true, max: 1, default: 1 }),
    axis: AXIS_RULE,
    ...selectionRules('min-max-norm'),
  });
  const { min, max, rate } = values;
  if (min > max) checkOptions('min-max-norm').fail('min', `at most max, which is ${max}`, min);
  const axesOf = axesFor('min-max-norm', values.axis);
  return parameterPlugin(values, config, {}, () => (w, _, name) => {
    const norms = tf.sqrt(tf.sum(tf.square(w), axesOf(w, name), true));
    const allowed = tf.minimum(tf.maximum(norms, min), max);
    const wanted = tf.add(tf.mul(allowed, rate), tf.mul(norms, 1 - rate));
    return tf.mul(w, tf.div(wanted, tf.add(norms, 1e-7)));
  });
}
