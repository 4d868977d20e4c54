import type { Plugin } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { AXIS_RULE, axesFor } from './axes.js';
import { parameterPlugin } from './parameter-plugin.js';
import type { SelectionOptions } from './selection.js';
import { selectionRules } from './selection.js';
import { ontoSimplex } from './simplex-threshold.js';

/** Options of {@link simplex}. */
export interface SimplexOptions extends SelectionOptions {
  /** What the weights of a vector add up to, > 0. Default 1: probabilities. */
  readonly radius?: number;
  /** Axis or axes that a vector lies along, negative ones from the end. Default: the weights into one unit, as of `maxNorm`. */
  readonly axis?: number | readonly number[];
}

/**
 * Keeps the weights into each unit non-negative and adding up to `radius`: after each optimizer step they are set to the nearest such
 * weights, many of which are exactly 0.
 *
 * ```text
 * w = max(w - t, 0) with t such that sum(w over axis) = radius
 * ```
 *
 * The threshold t is found by 24 halvings and one exact step, within float32's rounding of what sorting gives. A NaN stays one.
 * Kernels: 130 per parameter.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing, or a parameter lacks an axis.
 * @example
 * ```ts
 * const plugin = simplex({ parameters: ['mixture/kernel'] });
 * ```
 * @see Duchi et al., Efficient projections onto the l1-ball for learning in high dimensions, 2008; as optax
 * `projections.projection_simplex`, along an axis.
 */
export function simplex(options: SimplexOptions = {}): Plugin<never, never> {
  const { values, config } = readOptions('simplex', options, {
    radius: option.number({ min: 0, exclusiveMin: true, default: 1 }),
    axis: AXIS_RULE,
    ...selectionRules('simplex'),
  });
  const axesOf = axesFor('simplex', values.axis);
  return parameterPlugin(
    values,
    config,
    {},
    () => (w, _, name) => ontoSimplex(w, values.radius, axesOf(w, name)),
  );
}
