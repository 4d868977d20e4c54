import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { AXIS_RULE, axesFor } from './axes.js';
import type { SelectionOptions } from './selection.js';
import { selectionRules } from './selection.js';
import { weightsPenalty } from './weights-penalty.js';

/** Options of {@link groupLasso}. */
export interface GroupLassoOptions extends SelectionOptions {
  /** Weight of the term >= 0, or its schedule. 0 leaves the run as it is without the plugin, bit for bit. */
  readonly lambda: number | Schedule;
  /**
   * Axis or axes that a group lies along, negative ones from the end. Default: all but the last, the weights that come into one
   * unit or filter, so that whole units vanish; -1 of a dense kernel makes groups of inputs.
   */
  readonly axis?: number | readonly number[];
}

/** Below it the squares of a norm leave float32's normal range; a group of zeros must get the gradient 0. */
const LEAST_NORM = 1e-18;

/**
 * Group lasso: an L1 penalty on the norms of groups of weights, which makes whole groups small together.
 *
 * ```text
 * penalty = lambda sum over groups of sqrt(size) norm2(w_g),   gradient lambda sqrt(size) w_g / norm2(w_g), 0 where w_g is 0
 * ```
 *
 * Kernels per parameter: 5 forward, 6 backward.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing, or a parameter lacks an axis.
 * @example
 * ```ts
 * const plugin = groupLasso({ lambda: 1e-3 });
 * ```
 * @see Yuan and Lin, Model selection and estimation in regression with grouped variables, 2006.
 */
export function groupLasso(options: GroupLassoOptions): Plugin<never, never> {
  const { values, config } = readOptions('group-lasso', options, {
    lambda: option.schedule({ min: 0 }),
    axis: AXIS_RULE,
    ...selectionRules('group-lasso'),
  });
  const axesOf = axesFor('group-lasso', values.axis);
  const norms = (w: tf.Tensor, name: string) => {
    const norm = tf.sqrt(tf.sum(tf.square(w), axesOf(w, name), true));
    return { norm, root: Math.sqrt(w.size / norm.size) };
  };
  return weightsPenalty(values, config, {
    value(w, name) {
      const { norm, root } = norms(w, name);
      return tf.mul(tf.sum(norm), root);
    },
    slope(w, name) {
      const { norm, root } = norms(w, name);
      return tf.mul(tf.div(w, tf.maximum(norm, LEAST_NORM)), root);
    },
  });
}
