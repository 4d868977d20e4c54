import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { AXIS_RULE, axesFor } from './axes.js';
import { parameterPlugin } from './parameter-plugin.js';
import type { SelectionOptions } from './selection.js';
import { selectionRules } from './selection.js';
import { ontoSimplex } from './simplex-threshold.js';

type Norm = 'l1' | 'l2' | 'linf';

/** Options of {@link ball}. */
export interface BallOptions extends SelectionOptions {
  /** The norm that is bounded: sum of absolute values, Euclidean length, or largest absolute value. */
  readonly norm: Norm;
  /** The largest norm allowed, > 0. Default 1. */
  readonly radius?: number;
  /** Axis or axes that a vector lies along, negative ones from the end. Default: the weights into one unit, as of `maxNorm`. */
  readonly axis?: number | readonly number[];
}

/**
 * Keeps the weights into each unit inside a ball: after each optimizer step, weights outside are set to the nearest inside.
 *
 * ```text
 * l1:    w = sign(w) max(abs(w) - t, 0) with t such that sum(abs(w) over axis) = radius
 * l2:    w = w radius / norm2(w over axis)
 * linf:  w = min(max(w, -radius), radius)
 * ```
 *
 * Weights inside keep their bits. `l1` makes many of them exactly 0. A NaN stays one. Kernels per parameter: 140 for `l1`,
 * 7 for `l2`, 6 for `linf`.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing, or a parameter lacks an axis.
 * @example
 * ```ts
 * const plugin = ball({ norm: 'l1', radius: 3 });
 * ```
 * @see As optax `projections.projection_l1_ball`, `projection_l2_ball` and `projection_linf_ball`, along an axis.
 */
export function ball(options: BallOptions): Plugin<never, never> {
  const { values, config } = readOptions('ball', options, {
    norm: option.oneOf(['l1', 'l2', 'linf']),
    radius: option.number({ min: 0, exclusiveMin: true, default: 1 }),
    axis: AXIS_RULE,
    ...selectionRules('ball'),
  });
  const axesOf = axesFor('ball', values.axis);
  const project = PROJECTIONS[values.norm];
  return parameterPlugin(
    values,
    config,
    {},
    () => (w, _, name) => project(w, values.radius, axesOf(w, name)),
  );
}

const PROJECTIONS: Record<Norm, (w: Tensor, radius: number, axes: number[]) => Tensor> = {
  l1(w, radius, axes) {
    const sizes = tf.abs(w);
    const outside = tf.greater(tf.sum(sizes, axes, true), radius);
    const nearest = tf.mul(tf.sign(w), ontoSimplex(sizes, radius, axes));
    return tf.where(outside, nearest, w);
  },
  l2(w, radius, axes) {
    const norm = tf.sqrt(tf.sum(tf.square(w), axes, true));
    return tf.mul(w, tf.div(radius, tf.where(tf.less(norm, radius), tf.fill(norm.shape, radius), norm)));
  },
  linf(w, radius) {
    const above = tf.where(tf.less(w, -radius), tf.fill(w.shape, -radius), w);
    return tf.where(tf.greater(above, radius), tf.fill(w.shape, radius), above);
  },
};
