import { checkOptions, option, readOptions, toTensorData } from '@espalier/core';
import type { AnyArray } from '../given-arrays.js';
import { failData, hostArray } from '../given-arrays.js';
import { classAnswers } from './class-answers.js';
import { conformalQuantile } from './conformal-quantile.js';
import { logSoftmaxRow } from './temperature.js';

/** Options of {@link conformalClasses}. */
export interface ConformalClassesOptions {
  /** Share of examples whose class may be missing from its set, between 0 and 1. Default 0.1. */
  readonly alpha?: number;
  /** `threshold`: the smallest sets on average; `adaptive` (APS): sets as large as the example is hard. Default `threshold`. */
  readonly method?: 'threshold' | 'adaptive';
  /** What the outputs are. Default `logits`. */
  readonly outputs?: 'logits' | 'probabilities';
}

/** What {@link predictionSets} needs: a plain record, to be saved beside the model. */
export interface ConformalClasses {
  readonly method: 'threshold' | 'adaptive';
  readonly outputs: 'logits' | 'probabilities';
  readonly alpha: number;
  /** How many examples it comes from. */
  readonly examples: number;
  readonly classes: number;
  /** Classes of at most this score are in a set. */
  readonly quantile: number;
}

/** Options of {@link conformalInterval}. */
export interface ConformalIntervalOptions {
  /** Share of values that may lie outside, between 0 and 1. Default 0.1. */
  readonly alpha?: number;
}

/** Intervals `prediction - radius` to `prediction + radius`. */
export interface ConformalInterval {
  readonly alpha: number;
  /** How many examples it comes from. */
  readonly examples: number;
  /** Of each column of the predictions, in their unit. */
  readonly radius: readonly number[];
}

const ALPHA = option.number({ min: 0, exclusiveMin: true, max: 1, exclusiveMax: true, default: 0.1 });

/**
 * Split conformal prediction of classes: from held-out examples, the bound that makes sets of classes hold the right one with a chance
 * of at least `1 - alpha`, whatever the model, as long as new examples come from where these do. See {@link predictionSets}.
 *
 * ```text
 * quantile = the ceil((n + 1)(1 - alpha))-th smallest score of the right classes
 * threshold: score(y) = 1 - p_y
 * adaptive:  score(y) = sum of p over y and the classes before it, the most probable first
 * ```
 *
 * @param outputs `[N, C]` of classes, or `[N, 1]` of yes or no, of examples that the model was not trained on.
 * @param targets `[N]` labels, or one-hot `[N, C]`.
 * @param options.alpha Default 0.1.
 * @param options.method Default `threshold`.
 * @param options.outputs Default `logits`.
 * @throws EspalierError `invalid-option`; `invalid-data` as `calibration`, and for fewer than `1 / alpha - 1` examples.
 * @example
 * ```ts
 * const held = tf.randomUniform([50, 3]);
 * const bound = await conformalClasses(held, tf.zeros([50], 'int32'), { alpha: 0.05, method: 'adaptive' });
 * console.log(await predictionSets(bound, tf.randomUniform([4, 3])));
 * ```
 *
 * Sadinle et al., Least ambiguous set-valued classifiers, 2019 (threshold). Romano et al., Classification with valid and adaptive
 * coverage, 2020 (adaptive, without its random tie-break, so that sets are a little larger).
 */
export async function conformalClasses(
  outputs: AnyArray,
  targets: AnyArray,
  options: ConformalClassesOptions = {},
): Promise<ConformalClasses> {
  const scope = 'conformal-classes';
  const {
    alpha,
    method,
    outputs: kind,
  } = readOptions(scope, options, {
    alpha: ALPHA,
    method: option.oneOf(['threshold', 'adaptive'], { default: 'threshold' }),
    outputs: option.oneOf(['logits', 'probabilities'], { default: 'logits' }),
  }).values;
  const { rows, labels, classes } = await probabilities(scope, outputs, targets, kind);
  const scores = rows.map((row, n) => scoresOf(row, method)[labels[n]!]!);
  const quantile = conformalQuantile(scope, scores, alpha);
  return { method, outputs: kind, alpha, examples: rows.length, classes, quantile };
}

/**
 * The classes that an example may have, by what {@link conformalClasses} found.
 *
 * @param bound Its record.
 * @param outputs `[N, C]` or `[N, 1]`, logits or probabilities as those before.
 * @returns For each example the numbers of its classes, the most probable first. A set may be empty: no class fits as well as the
 *   right ones did before.
 * @throws EspalierError `invalid-option` for what is no such record; `invalid-data` for another number of classes, NaN, and
 *   probabilities that are none.
 * @example
 * ```ts
 * const bound = await conformalClasses(tf.randomUniform([50, 3]), tf.zeros([50], 'int32'));
 * for (const classes of await predictionSets(bound, tf.randomUniform([4, 3]))) console.log(classes.length);
 * ```
 */
export async function predictionSets(bound: ConformalClasses, outputs: AnyArray): Promise<number[][]> {
  const scope = 'prediction-sets';
  const { method, outputs: kind, quantile, classes } = (bound ?? {}) as Partial<ConformalClasses>;
  const known =
    (method === 'threshold' || method === 'adaptive') && (kind === 'logits' || kind === 'probabilities');
  if (!known || !Number.isFinite(quantile))
    return checkOptions(scope).fail('bound', 'a record of conformalClasses', bound);
  const given = await probabilities(scope, outputs, undefined, kind);
  if (given.classes !== classes)
    failData(scope, `outputs have ${given.classes} classes; the bound is of ${classes}.`);
  return given.rows.map((row) => {
    const scores = scoresOf(row, method);
    return mostProbable(row).filter((y) => scores[y]! <= quantile!);
  });
}

/**
 * Split conformal prediction of numbers: from held-out examples, how far from the prediction the value lies at most with a chance of at
 * least `1 - alpha`, whatever the model, as long as new examples come from where these do.
 *
 * ```text
 * radius = the ceil((n + 1)(1 - alpha))-th smallest |target - prediction|
 * ```
 *
 * @param predictions `[N]` or `[N, D]`, of examples that the model was not trained on. Columns are taken one by one: the chance is that of
 *   each, not of all together.
 * @param targets As the predictions, `[N]` and `[N, 1]` being the same.
 * @param options.alpha Default 0.1.
 * @throws EspalierError `invalid-option`; `invalid-data` for shapes that differ, values that are not finite, and fewer than
 *   `1 / alpha - 1` examples.
 * @example
 * ```ts
 * const { radius } = await conformalInterval(tf.randomUniform([50, 1]), tf.randomUniform([50]), { alpha: 0.05 });
 * console.log(`+- ${radius[0]!}`);
 * ```
 *
 * Lei et al., Distribution-free predictive inference for regression, 2018.
 */
export async function conformalInterval(
  predictions: AnyArray,
  targets: AnyArray,
  options: ConformalIntervalOptions = {},
): Promise<ConformalInterval> {
  const scope = 'conformal-interval';
  const { alpha } = readOptions(scope, options, { alpha: ALPHA }).values;
  const given = await hostArray(scope, 'predictions', predictions);
  const wanted = await hostArray(scope, 'targets', targets);
  const [examples = 0, columns = 1] = given.shape;
  const [rows = 0, width = 1] = wanted.shape;
  const tooDeep = given.shape.length > 2 || wanted.shape.length > 2;
  if (tooDeep || columns === 0 || rows !== examples || width !== columns)
    failData(
      scope,
      `predictions and targets must both be [N] or [N, D], got [${given.shape}] and [${wanted.shape}].`,
    );
  const [guesses, values] = [toTensorData(given), toTensorData(wanted)];
  const distances = Array.from(guesses, (guess, i) => Math.abs(values[i]! - guess));
  const bad = distances.findIndex((distance) => !Number.isFinite(distance));
  if (bad >= 0) failData(scope, `example ${Math.floor(bad / columns)} has values that are not finite.`);
  const radius = Array.from({ length: columns }, (_, column) =>
    conformalQuantile(
      scope,
      distances.filter((_, i) => i % columns === column),
      alpha,
    ),
  );
  return { alpha, examples, radius };
}

/** Rows of probabilities in float64. Without targets, labels are 0. */
async function probabilities(
  scope: string,
  outputs: AnyArray,
  targets: AnyArray | undefined,
  kind: 'logits' | 'probabilities',
): Promise<{ rows: Float64Array[]; labels: readonly number[]; classes: number }> {
  const given = await hostArray(scope, 'outputs', outputs);
  const examples = given.shape[0] ?? 0;
  const labels = targets ?? { data: new Int32Array(examples), shape: [examples], dtype: 'int32' };
  const answers = await classAnswers(scope, given, labels, kind);
  const { classes, scores } = answers;
  const rows = Array.from({ length: answers.examples }, (_, n) => {
    const row = scores.subarray(n * classes, (n + 1) * classes);
    return kind === 'logits' ? Float64Array.from(logSoftmaxRow(row, 1), Math.exp) : row;
  });
  return { rows, labels: answers.labels, classes };
}

function mostProbable(row: Float64Array): number[] {
  return Array.from(row.keys()).sort((a, b) => row[b]! - row[a]! || a - b);
}

function scoresOf(row: Float64Array, method: 'threshold' | 'adaptive'): Float64Array {
  if (method === 'threshold') return row.map((p) => 1 - p);
  const scores = new Float64Array(row.length);
  let sum = 0;
  for (const y of mostProbable(row)) scores[y] = sum += row[y]!;
  return scores;
}
