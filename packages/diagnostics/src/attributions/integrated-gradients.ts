import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { option, readOptions } from '@espalier/core';
import type { GivenArrays } from '../given-arrays.js';
import type { Baseline } from './baseline.js';
import { BASELINE_RULE, baselineOf, gapsOf } from './baseline.js';
import { mapped } from './saliency.js';
import type { AttributionOptions, Attributions } from './score.js';
import { attribute, ATTRIBUTION_RULES, scorer } from './score.js';

/** Options of {@link integratedGradients}. */
export interface IntegratedGradientsOptions extends AttributionOptions {
  /** Where the path begins: one number for all entries, or arrays `[1, ...]` or `[N, ...]` by input name. Default 0. */
  readonly baseline?: Baseline;
  /** Points on the path. Default 50. */
  readonly steps?: number;
  /** How far the sum may be from what it should be, as a share of it; > 0. Default 0.05. */
  readonly tolerance?: number;
}

/** Attributions that add up to the change of the score. */
export interface IntegratedGradients extends Attributions {
  /** The score at the baseline, by example. */
  readonly baselineScores: readonly number[];
  /** Sum of the attributions of an example less (score - baseline score): 0 for infinitely many steps. */
  readonly gaps: readonly number[];
  /** Whether every gap is within the tolerance; where not, take more steps. */
  readonly complete: boolean;
}

/**
 * Integrated gradients: the gradient along a straight path from a baseline, times the way.
 *
 * ```text
 * (x - b) mean_i d score / d x at b + (i + 1/2) / steps (x - b),  i = 0 .. steps - 1
 * ```
 *
 * Their sum is the score less that of the baseline; `gaps` and `complete` say how nearly.
 *
 * @param inputs `[N, ...]`, see {@link saliency}.
 * @param options.baseline Default 0: black pixels.
 * @param options.steps Default 50. One forward and backward pass over all N each.
 * @param options.tolerance Default 0.05.
 * @param options.targets Default: each example's largest output.
 * @param options.output Default: the first.
 * @throws EspalierError as {@link saliency}; `invalid-data` for a baseline of another shape.
 * @example
 * ```ts
 * const layers = mlp({ inputs: 4, hidden: [8, 8], outputs: 3 });
 * const { values, complete } = await integratedGradients(layers, tf.randomUniform([10, 4]));
 * console.log(values, complete);
 * ```
 *
 * Sundararajan et al., Axiomatic attribution for deep networks, 2017. As captum's, `method='riemann_middle'`.
 */
export async function integratedGradients(
  model: tfl.LayersModel,
  inputs: GivenArrays,
  options: IntegratedGradientsOptions = {},
): Promise<IntegratedGradients> {
  const { baseline, steps, tolerance, ...rest } = readOptions('integrated-gradients', options, {
    ...ATTRIBUTION_RULES,
    baseline: BASELINE_RULE,
    steps: option.integer({ min: 1, default: 50 }),
    tolerance: option.number({ min: 0, exclusiveMin: true, default: 0.05 }),
  }).values;
  const of = scorer('integrated-gradients', model, inputs, rest);
  const { start, baselineScores } = await baselineOf('integrated-gradients', of, baseline);
  try {
    const found = await attribute(of, () => {
      const ways = mapped(of.inputs, (input, name) => tf.sub(input, start[name]!));
      let sums = mapped(of.inputs, (input) => tf.zerosLike(input));
      for (let i = 0; i < steps; i++) {
        const before = sums;
        sums = tf.tidy(() => {
          const at = mapped(start, (from, name) => tf.add(from, tf.mul(ways[name]!, (i + 0.5) / steps)));
          const gradients = of.gradients(at);
          return mapped(before, (sum, name) => tf.add(sum, gradients[name]!));
        });
        tf.dispose(before);
      }
      return mapped(sums, (sum, name) => tf.mul(ways[name]!, tf.div(sum, steps)));
    });
    return { ...found, baselineScores, ...gapsOf(found, baselineScores, tolerance) };
  } finally {
    tf.dispose(start);
  }
}
