import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';
import { axesIntoUnit } from '@espalier/core/internal';
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
    axis: option.custom<number | readonly number[], { readonly optional: true }>({
      expected: 'a whole number or a list of them',
      accepts: (axis) =>
        Array.isArray(axis) ? axis.length > 0 && axis.every(Number.isInteger) : Number.isInteger(axis),
      optional: true,
    }),
    ...selectionRules('max-norm'),
  });
  const { max, axis } = values;
  const axes = typeof axis === 'number' ? [axis] : axis;
  return parameterPlugin(values, config, {}, () => {
    const limit = tf.scalar(max);
    return (w, _, name) => {
      const over = axes ?? axesIntoUnit(name, w.rank);
      if (over.some((one) => one < -w.rank || one >= w.rank)) failAxis(over, name, w.shape);
      const norms = tf.sqrt(tf.sum(tf.square(w), [...over], true));
      return tf.mul(w, tf.div(limit, tf.maximum(norms, limit)));
    };
  });
}

function failAxis(axes: readonly number[], name: string, shape: readonly number[]): never {
  throw new EspalierError({
    code: 'invalid-option',
    scope: 'max-norm',
    message: `axis [${axes}] does not exist in parameter '${name}' of shape [${shape}]; choose other parameters or another axis.`,
  });
}
