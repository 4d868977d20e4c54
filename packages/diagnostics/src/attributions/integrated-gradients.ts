import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { option, readOptions, toTensorData } from '@espalier/core';
import type { AnyArray, GivenArrays } from '../given-arrays.js';
import { asTensor, failData } from '../given-arrays.js';
import { mapped } from './saliency.js';
import type { AttributionOptions, Attributions } from './score.js';
import { attribute, ATTRIBUTION_RULES, scorer } from './score.js';

/** Options of {@link integratedGradients}. */
export interface IntegratedGradientsOptions extends AttributionOptions {
  /** Where the path begins: one number for all entries, or arrays `[1, ...]` or `[N, ...]` by input name. Default 0. */
  readonly baseline?: number | Readonly<Record<string, AnyArray>>;
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
    baseline: option.custom<number | Readonly<Record<string, AnyArray>>>({
      default: 0,
      expected: 'a number, or arrays by input name',
      accepts: (value) => Number.isFinite(value) || (typeof value === 'object' && value !== null),
    }),
    steps: option.integer({ min: 1, default: 50 }),
    tolerance: option.number({ min: 0, exclusiveMin: true, default: 0.05 }),
  }).values;
  const of = scorer('integrated-gradients', model, inputs, rest);
  let start: Record<string, tf.Tensor> = {};
  let baselineScores: number[] = [];
  try {
    start = tf.tidy(() =>
      mapped(of.inputs, (input, name) => {
        if (typeof baseline === 'number') return tf.fill(input.shape, baseline);
        const given = baseline[name];
        if (!given) return failData('integrated-gradients', `baseline has no input '${name}'.`);
        const tensor = tf.cast(asTensor(given), 'float32');
        const fits =
          tensor.rank === input.rank &&
          tensor.shape.every((d, i) => d === input.shape[i] || (i === 0 && d === 1));
        if (!fits)
          return failData(
            'integrated-gradients',
            `baseline '${name}' is [${tensor.shape}], the input [${input.shape}].`,
          );
        return tf.add(tf.zerosLike(input), tensor);
      }),
    );
    const before = tf.tidy(() => of.scores(start));
    baselineScores = Array.from(await before.data());
    before.dispose();
  } catch (error) {
    of.dispose();
    tf.dispose(start);
    throw error;
  }
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
    const gaps = found.scores.map((score, n) => {
      const sum = Object.values(found.values).reduce((all, array) => {
        const size = array.data.length / found.scores.length;
        const own = toTensorData(array).subarray(n * size, (n + 1) * size);
        return all + Array.from(own).reduce((total, value) => total + value, 0);
      }, 0);
      return sum - (score - baselineScores[n]!);
    });
    // Rounding of the scores themselves counts as no gap.
    const complete = gaps.every((gap, n) => {
      const [score, base] = [found.scores[n]!, baselineScores[n]!];
      return (
        Math.abs(gap) <= tolerance * Math.abs(score - base) + 1e-5 * Math.max(Math.abs(score), Math.abs(base))
      );
    });
    return { ...found, baselineScores, gaps, complete };
  } finally {
    tf.dispose(start);
  }
}
