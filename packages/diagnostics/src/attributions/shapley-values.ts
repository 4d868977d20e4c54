import type * as tfl from '@tensorflow/tfjs-layers';
import type { HostArray } from '@espalier/core';
import { checkOptions, option, readOptions, stream } from '@espalier/core';
import type { AnyArray } from '../given-arrays.js';
import type { Coalitions } from './coalitions.js';
import { coalitionsOf } from './coalitions.js';
import type { AttributionOptions } from './score.js';
import { ATTRIBUTION_RULES } from './score.js';

/** Options of {@link shapleyValues}. */
export interface ShapleyValuesOptions extends AttributionOptions {
  /** `exact`: over all sets of columns; `permutations`: over random orders. Default: exact of at most 10 columns. */
  readonly method?: 'exact' | 'permutations';
  /** How many random orders, at least 2. Default 100. */
  readonly permutations?: number;
  /** Fixes the orders. Default 0. */
  readonly seed?: number;
}

/** What each column adds to the outputs. */
export interface ShapleyValues {
  readonly method: 'exact' | 'permutations';
  readonly targets: readonly number[];
  readonly scores: readonly number[];
  /** The mean score over the background, by example: scores less this is the sum of the values. */
  readonly base: readonly number[];
  /** `[N, F]` float32. */
  readonly values: HostArray;
  /** `[N, F]` float32, standard errors of the values; 0 of exact ones. */
  readonly errors: HostArray;
}

/** Exact values take 2^F forward passes. */
const [FEW, MOST] = [10, 16];

/**
 * Shapley values: what each column adds to the output against a background, averaged over all orders in which columns become known. SHAP
 * by their definition, for any model; a column that is not known yet is taken from each row of the background in turn.
 *
 * ```text
 * phi_i = sum over S without i of |S|! (F - |S| - 1)! / F! (v(S + i) - v(S)),  v(S) = mean over b of score(x in S, b elsewhere)
 * sum_i phi_i = score(x) - mean over b of score(b)
 * ```
 *
 * Costs a forward pass over `N x B` rows for each set: `2^F`, or `permutations x (F - 1) + 2`.
 *
 * @param model Of one input `[N, F, ...]`; a column is an entry of the second axis with all that is in it.
 * @param inputs `[N, F, ...]`. They stay the caller's.
 * @param background `[B, F, ...]`: rows of the training data, or one row that stands for "nothing".
 * @param options.method Default: `exact` of at most 10 columns (16 can be asked for), else `permutations`.
 * @param options.permutations Default 100.
 * @param options.seed Default 0.
 * @param options.targets Default: each example's largest output.
 * @param options.output Default: the first.
 * @throws EspalierError as {@link saliency}; `invalid-data` for a background that does not fit.
 * @example
 * ```ts
 * const layers = mlp({ inputs: 4, hidden: [8, 8], outputs: 3 });
 * const { base, values } = await shapleyValues(layers, tf.randomUniform([10, 4]), tf.zeros([1, 4]));
 * console.log(base, values.shape);
 * ```
 *
 * Lundberg, Lee, A unified approach to interpreting model predictions, 2017. Castro et al., Polynomial calculation of the Shapley value
 * based on sampling, 2009.
 */
export async function shapleyValues(
  model: tfl.LayersModel,
  inputs: AnyArray,
  background: AnyArray,
  options: ShapleyValuesOptions = {},
): Promise<ShapleyValues> {
  const scope = 'shapley-values';
  const { method, permutations, seed, ...rest } = readOptions(scope, options, {
    ...ATTRIBUTION_RULES,
    method: option.oneOf(['exact', 'permutations'], { optional: true }),
    permutations: option.integer({ min: 2, default: 100 }),
    seed: option.seed({ default: 0 }),
  }).values;
  const game = await coalitionsOf(scope, model, inputs, background, rest);
  try {
    const { examples, columns } = game;
    if (method === 'exact' && columns > MOST)
      checkOptions(scope).fail('method', `'permutations' for ${columns} columns, more than ${MOST}`, method);
    const chosen = method ?? (columns <= FEW ? 'exact' : 'permutations');
    const base = await game.value(new Array<boolean>(columns).fill(false));
    const whole = await game.value(new Array<boolean>(columns).fill(true));
    const found =
      chosen === 'exact'
        ? await exact(game, base, whole)
        : await sampled(game, base, whole, permutations, seed);
    const array = (data: Float64Array): HostArray => ({
      data: Float32Array.from(data),
      shape: [examples, columns],
      dtype: 'float32',
    });
    return {
      method: chosen,
      targets: game.targets,
      scores: Array.from(whole),
      base: Array.from(base),
      values: array(found.values),
      errors: array(found.errors),
    };
  } finally {
    game.dispose();
  }
}

interface Found {
  readonly values: Float64Array;
  readonly errors: Float64Array;
}

async function exact(game: Coalitions, base: Float64Array, whole: Float64Array): Promise<Found> {
  const { examples, columns } = game;
  const sets = 2 ** columns;
  const values = new Float64Array(examples * columns);
  // A set's share of a column's value: 1 / (F x (F - 1 over |S|)).
  const shares = [1 / columns];
  for (let size = 1; size < columns; size++) shares.push((shares[size - 1]! * size) / (columns - size));
  for (let set = 0; set < sets; set++) {
    const known = Array.from({ length: columns }, (_, column) => ((set >> column) & 1) === 1);
    const size = known.filter(Boolean).length;
    const scores = size === 0 ? base : size === columns ? whole : await game.value(known);
    known.forEach((inside, column) => {
      const share = inside ? shares[size - 1]! : -shares[size]!;
      for (let n = 0; n < examples; n++) values[n * columns + column]! += share * scores[n]!;
    });
  }
  return { values, errors: new Float64Array(examples * columns) };
}

async function sampled(
  game: Coalitions,
  base: Float64Array,
  whole: Float64Array,
  permutations: number,
  seed: number,
): Promise<Found> {
  const { examples, columns } = game;
  const [values, spread] = [new Float64Array(examples * columns), new Float64Array(examples * columns)];
  for (let order = 0; order < permutations; order++) {
    const known = new Array<boolean>(columns).fill(false);
    let before = base;
    for (const [place, column] of stream(seed, 'shapley-values', order).permutation(columns).entries()) {
      known[column] = true;
      const now = place === columns - 1 ? whole : await game.value(known);
      for (let n = 0; n < examples; n++) {
        const [at, gain] = [n * columns + column, now[n]! - before[n]!];
        // Welford's mean and sum of squared deviations.
        const distance = gain - values[at]!;
        values[at]! += distance / (order + 1);
        spread[at]! += distance * (gain - values[at]!);
      }
      before = now;
    }
  }
  return { values, errors: spread.map((sum) => Math.sqrt(sum / (permutations - 1) / permutations)) };
}
