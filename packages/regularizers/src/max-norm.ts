import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { AXIS_RULE, axesFor } from './axes.js';
import { parameterPlugin } from './parameter-plugin.js';
import type { SelectionOptions } from './selection.js';
import { selectionRules } from './selection.js';

/** Options of {@link maxNorm}. */
export interface MaxNormOptions extends SelectionOptions {
  /** The largest norm allowed, > 0. */
  readonly max: number;
  /**
   * Axis or axes that a norm is taken over, negative ones from the end. Default: those that the weights into one
   * unit or filter lie along, by the kind of layer: all but the last for dense, recurrent and convolutional kernels, the field of a
   * `depthwise_kernel`, all but the last but one of a `transposed_kernel`; of a vector, its only one.
   */
  readonly axis?: number | readonly number[];
}

/**
 * Limits the norm of the weights into each unit: after each optimizer step, a vector longer than `max` is scaled back to it.
 *
 * ```text
 * w = w * max / maximum(norm2(w over axis), max)
 * ```
 *
 * Shorter vectors, zero vectors included, keep their bits. As Keras's `constraints.MaxNorm` (whose default axis 0 is the same for
 * a dense kernel) without its epsilon of 1e-7. Kernels: 6 per parameter.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing, or a parameter lacks an axis.
 * @example
 * ```ts
 * const plugin = maxNorm({ max: 3 });
 * ```
 * @see Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, 2014, section 5.1.
 */
export function maxNorm(options: MaxNormOptions): Plugin<never, never> {
  const { values, config } = readOptions('max-norm', options, {
    max: option.number({ min: 0, exclusiveMin: true }),
    axis: AXIS_RULE,
    ...selectionRules('max-norm'),
  });
  const { max, axis } = values;
  const axesOf = axesFor('max-norm', axis);
  return parameterPlugin(values, config, {}, () => {
    const limit = tf.scalar(max);
    return (w, _, name) => {
      const norms = tf.sqrt(tf.sum(tf.square(w), axesOf(w, name), true));
      return tf.mul(w, tf.div(limit, tf.maximum(norms, limit)));
    };
  });
}
