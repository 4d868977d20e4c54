import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { AXIS_RULE, axesFor } from './axes.js';
import { parameterPlugin } from './parameter-plugin.js';
import type { SelectionOptions } from './selection.js';
import { selectionRules } from './selection.js';

/** Options of {@link unitNorm}. */
export interface UnitNormOptions extends SelectionOptions {
  /**
   * Axis or axes that a norm is taken over, negative ones from the end. Default: all but the last, the weights that
   * come into one unit or filter; of a vector, its only one.
   */
  readonly axis?: number | readonly number[];
}

/**
 * Keeps the norm of the weights into each unit at 1: after each optimizer step they are divided by it.
 *
 * ```text
 * w = w / (norm2(w over axis) + 1e-7)
 * ```
 *
 * A vector of zeros stays one. As Keras's constraint `UnitNorm`, whose default axis 0 is the same for a dense kernel.
 * Kernels: 5 per parameter.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing, or a parameter lacks an axis.
 * @example
 * ```ts
 * const plugin = unitNorm();
 * ```
 */
export function unitNorm(options: UnitNormOptions = {}): Plugin<never, never> {
  const { values, config } = readOptions('unit-norm', options, {
    axis: AXIS_RULE,
    ...selectionRules('unit-norm'),
  });
  const axesOf = axesFor('unit-norm', values.axis);
  return parameterPlugin(values, config, {}, () => (w, _, name) => {
    const norms = tf.sqrt(tf.sum(tf.square(w), axesOf(w, name), true));
    return tf.div(w, tf.add(norms, 1e-7));
  });
}
