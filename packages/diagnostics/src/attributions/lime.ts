import type * as tfl from '@tensorflow/tfjs-layers';
import type { HostArray } from '@espalier/core';
import { checkOptions, option, readOptions, stream, toTensorData } from '@espalier/core';
import type { AnyArray } from '../given-arrays.js';
import { failData, hostArray } from '../given-arrays.js';
import type { LocalLinearModel, Neighbourhood } from './local-linear-model.js';
import { localLinearModel } from './local-linear-model.js';
import { scoresOfRows } from './scores-of-rows.js';
import type { AttributionOptions } from './score.js';
import { ATTRIBUTION_RULES } from './score.js';

/** What `lime` and `limeImages` are asked. */
export interface LimeOptions extends AttributionOptions {
  /** How many columns (segments) an explanation has at most: those of the largest weight. Default: all. */
  readonly features?: number;
  /** Rows around each example, itself among them; at least 2. */
  readonly samples?: number;
  /** How far around the example counts: a row at a distance d has the weight `sqrt(exp(-d^2 / kernelWidth^2))`; > 0. */
  readonly kernelWidth?: number;
  /** The penalty on squared weights, >= 0. Default 1. */
  readonly ridge?: number;
  /** Fixes the rows. Default 0. */
  readonly seed?: number;
}

/** Options of {@link lime}. */
export interface LimeTableOptions extends LimeOptions {
  /** Rows around an example: of the spread of all rows, or around the example itself. Default `rows`. */
  readonly around?: 'rows' | 'example';
  /** Positions of columns that hold categories: the explanation says what it adds that the example has its own. Default none. */
  readonly categorical?: readonly number[];
}

/** Linear models of a model, each around one example. */
export interface Lime {
  readonly targets: readonly number[];
  readonly scores: readonly number[];
  /** By example. Where `r2` is low, the model is not linear so near to the example, and its weights say little. */
  readonly models: readonly LocalLinearModel[];
  /** `[N, F]` float32: the weights; of pictures `[N, height, width]`, to each pixel that of its segment. */
  readonly values: HostArray;
}

/**
 * LIME of tables: what a linear model that imitates the model around an example hangs on.
 *
 * Rows are drawn around the example, normal with mean and deviation of each column of `background` (a category as often as there), the
 * model is asked about each, and a linear model is fitted to the answers, the nearer rows the weightier. A weight is what a column adds
 * when it is higher by one deviation; of a category, when it is the example's.
 *
 * @param model Of one input `[N, F]`.
 * @param inputs `[N, F]`. They stay the caller's.
 * @param background `[B, F]`, rows of the training data.
 * @param options.samples Default 5000. One forward pass over as many rows for each example.
 * @param options.features Default: all F.
 * @param options.kernelWidth Default `0.75 sqrt(F)`.
 * @param options.ridge Default 1.
 * @param options.around Default `rows`.
 * @param options.categorical Default none.
 * @param options.seed Default 0.
 * @param options.targets Default: each example's largest output. What is explained is the output as the model gives it: a logit is one.
 * @param options.output Default: the first.
 * @throws EspalierError as {@link saliency}; `invalid-data` for a background that does not fit.
 * @example
 * ```ts
 * const layers = mlp({ inputs: 4, hidden: [8, 8], outputs: 3 });
 * const rows = tf.randomNormal([50, 4], 0, 1, 'float32', 1);
 * const { models } = await lime(layers, tf.zeros([1, 4]), rows, { samples: 100 });
 * console.log(models[0]!.weights, models[0]!.r2);
 * ```
 *
 * Ribeiro, Singh, Guestrin, "Why should I trust you?", 2016. As the package `lime` with `discretize_continuous=False` and
 * `feature_selection='highest_weights'`.
 */
export async function lime(
  model: tfl.LayersModel,
  inputs: AnyArray,
  background: AnyArray,
  options: LimeTableOptions = {},
): Promise<Lime> {
  const { samples, features, kernelWidth, ridge, around, categorical, seed, ...rest } = readOptions(
    SCOPE,
    options,
    {
      ...ATTRIBUTION_RULES,
      ...LIME_RULES,
      samples: option.integer({ min: 2, default: 5000 }),
      around: option.oneOf(['rows', 'example'], { default: 'rows' }),
      categorical: option.list<number, { optional: true; expected: string }>(option.integer({ min: 0 }), {
        optional: true,
        expected: 'positions of columns',
      }),
    },
  ).values;
  const table = await tableOf(inputs, background, categorical ?? []);
  const { examples, columns } = table;
  const drawn = Array.from({ length: examples }, (_, n) => rowsAround(table, n, { samples, around, seed }));
  const { targets, scores } = await scoresOfRows(SCOPE, model, inputs, rest, async (ask) => {
    const all: Float64Array[] = [];
    for (let n = 0; n < examples; n++) all.push(await ask(n, drawn[n]!.asked, samples));
    return all;
  });
  const models = drawn.map(({ neighbourhood }, n) =>
    localLinearModel(SCOPE, neighbourhood, scores[n]!, {
      width: kernelWidth ?? 0.75 * Math.sqrt(columns),
      ridge,
      features,
    }),
  );
  return {
    targets,
    scores: scores.map((each) => each[0]!),
    models,
    values: {
      data: Float32Array.from(models.flatMap(({ weights }) => weights)),
      shape: [examples, columns],
      dtype: 'float32',
    },
  };
}

const SCOPE = 'lime';

/** The rules of {@link LimeOptions} that tables and pictures share. */
export const LIME_RULES = {
  features: option.integer({ min: 1, optional: true }),
  kernelWidth: option.number({ min: 0, exclusiveMin: true, optional: true }),
  ridge: option.number({ min: 0, default: 1 }),
  seed: option.seed({ default: 0 }),
};

interface Column {
  readonly categorical: boolean;
  readonly mean: number;
  readonly deviation: number;
  /** Of all rows, one below the other. */
  readonly values: Float64Array;
}

interface Table {
  readonly examples: number;
  readonly columns: number;
  readonly inputs: Float64Array;
  readonly of: readonly Column[];
}

/** The rows as numbers, with what is known of each column. */
export async function tableOf(
  inputs: AnyArray,
  background: AnyArray,
  categorical: readonly number[],
): Promise<Table> {
  const given = await hostArray(SCOPE, 'inputs', inputs);
  const host = await hostArray(SCOPE, 'background', background);
  const [examples = 0, columns = 0] = given.shape;
  const rows = host.shape[0] ?? 0;
  if (
    given.shape.length !== 2 ||
    host.shape.length !== 2 ||
    host.shape[1] !== columns ||
    rows * columns * examples === 0
  )
    failData(
      SCOPE,
      `inputs must be [N, F] and the background [B, F], got [${given.shape}] and [${host.shape}].`,
    );
  const beyond = categorical.find((column) => column >= columns);
  if (beyond !== undefined)
    checkOptions(SCOPE).fail('categorical', `positions of columns, less than ${columns}`, beyond);
  const [numbers, others] = [Float64Array.from(toTensorData(given)), Float64Array.from(toTensorData(host))];
  if (!numbers.every(Number.isFinite) || !others.every(Number.isFinite))
    failData(SCOPE, 'inputs and background must be finite numbers.');
  const of = Array.from({ length: columns }, (_, column): Column => {
    const values = Float64Array.from({ length: rows }, (__, row) => others[row * columns + column]!);
    if (categorical.includes(column)) return { categorical: true, mean: 0, deviation: 1, values };
    const mean = values.reduce((sum, value) => sum + value, 0) / rows;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
    // A column that does not vary keeps its value in every row, and has no weight.
    return { categorical: false, mean, deviation: Math.sqrt(variance) || 1, values };
  });
  return { examples, columns, inputs: numbers, of };
}

/** The rows that the model is asked about, and what the linear model sees of them: numbers in deviations, categories as 0 or 1. */
export function rowsAround(
  { inputs, columns, of }: Table,
  example: number,
  {
    samples,
    around,
    seed,
  }: { readonly samples: number; readonly around: 'rows' | 'example'; readonly seed: number },
): { readonly asked: Float64Array; readonly neighbourhood: Neighbourhood } {
  const asked = new Float64Array(samples * columns);
  const rows = new Float64Array(samples * columns);
  of.forEach(({ categorical, mean, deviation, values }, column) => {
    const own = inputs[example * columns + column]!;
    const random = stream(seed, `lime/${column}`, example);
    const draws = categorical ? random.uniforms(samples) : random.normals(samples);
    const still = values.every((value) => value === values[0]);
    for (let row = 0; row < samples; row++) {
      const at = row * columns + column;
      const drawn = categorical
        ? values[Math.floor(draws[row]! * values.length)]!
        : (around === 'rows' ? mean : own) + (still ? 0 : draws[row]! * deviation);
      asked[at] = row === 0 ? own : drawn;
      rows[at] = categorical ? Number(asked[at] === own) : (asked[at] - mean) / deviation;
    }
  });
  const distances = Float64Array.from({ length: samples }, (_, row) => {
    let square = 0;
    for (let column = 0; column < columns; column++)
      square += (rows[row * columns + column]! - rows[column]!) ** 2;
    return Math.sqrt(square);
  });
  return { asked, neighbourhood: { rows, columns, distances } };
}
