import * as tf from '@tensorflow/tfjs-core';
import type {
  EvaluationMetric,
  Metric,
  MetricBatch,
  MetricTotals,
  OutputScale,
  Tensors,
} from '@espalier/core';
import { option } from '@espalier/core';
import { READING_RULES } from './class-pairs.js';
import { readingChecks } from './class-counts.js';
import type { CurvePoints } from './curve-points.js';
import { pointsOf } from './curve-points.js';
import { labelPositions } from './label-pairs.js';
import { probabilitiesOf } from './probabilities.js';
import type { OneVersusRest, ScoreReading } from './score-rows.js';
import { oneVersusRest, probabilityOf, scoreRows } from './score-rows.js';

/** How the values of several classes become one; `none` gives all of them as a list. */
export type CurveAverage = 'macro' | 'micro' | 'weighted' | 'none';

/** Options of metrics of all thresholds. */
export interface CurveOptions<
  Name extends string,
  A extends CurveAverage = CurveAverage,
  T extends number | undefined = number | undefined,
> {
  /** Of several classes or labels. Default `macro`: the mean over those that have a value. */
  readonly average?: A;
  /** Whether the outputs `[N, ..., L]` answer L yes-or-no questions. Default false. */
  readonly multiLabel?: boolean;
  /** What the model gives: `logits` or `probabilities`. Default `logits`. */
  readonly from?: OutputScale;
  /** A label whose examples do not count. Default: none. */
  readonly ignoreIndex?: number;
  /** Number of probabilities from 0 to 1 that are tried, >= 2. Default: exact, of all outputs. */
  readonly thresholds?: T;
  /** Examples whose outputs may be kept for the exact value. Default 1,000,000. */
  readonly maxExamples?: number;
  /** What it is called in logs. Default: the factory's name. */
  readonly name?: Name;
}

/** Exact, a metric of evaluations; with `thresholds`, one of sums, over steps too. */
export type CurveMetric<Name extends string, A extends CurveAverage, T extends number | undefined> = [
  T,
] extends [number]
  ? Metric<Name, [A] extends ['none'] ? number[] : number>
  : EvaluationMetric<Name, [A] extends ['none'] ? number[] : number>;

/** Rules of {@link CurveOptions} but the name. */
export const CURVE_RULES = {
  average: option.oneOf(['macro', 'micro', 'weighted', 'none'], { default: 'macro' }),
  multiLabel: option.boolean({ default: false }),
  from: READING_RULES.from,
  ignoreIndex: READING_RULES.ignoreIndex,
  thresholds: option.integer({ min: 2, max: 10_000, optional: true }),
  maxExamples: option.integer({ min: 1, default: 1_000_000 }),
} as const;

/** Options that have been read. */
export interface CurveValues extends ScoreReading {
  readonly average: CurveAverage;
  readonly thresholds: number | undefined;
  readonly maxExamples: number;
  readonly name: string;
}

/** A metric of the curve of each class. `undefined` values of a class are NaN and do not count in an average. */
export function curveMetric<Name extends string, A extends CurveAverage, T extends number | undefined>(
  scope: string,
  values: CurveValues,
  config: NonNullable<Metric['config']>,
  valueOf: (points: CurvePoints) => number,
  better: 'higher' | 'lower' = 'higher',
): CurveMetric<Name, A, T> {
  const metric: Metric<string, number | number[]> = {
    name: values.name,
    config,
    ...(values.average === 'none' ? { isList: true } : { better }),
    ...curveParts(scope, values),
    result: (totals) => averaged(curvesOf(totals, values), valueOf, values.average),
  };
  return metric as unknown as CurveMetric<Name, A, T>;
}

/** Everything of a metric of curves but its result. */
export function curveParts(scope: string, values: CurveValues) {
  const { thresholds, maxExamples } = values;
  const checks = readingChecks(scope, { ...values, threshold: undefined });
  if (thresholds !== undefined) {
    return { ...checks, sums: (batch: MetricBatch) => binnedSums(scope, batch, values, thresholds) };
  }
  return {
    ...checks,
    maxExamples,
    sums: (): Tensors => ({}),
    rows: (batch: MetricBatch) => scoreRows(scope, batch, values),
  };
}

/** What {@link curveParts} gave: the points of each class, and of all classes together. */
export interface Curves {
  readonly classes: readonly CurvePoints[];
  micro(): CurvePoints;
}

/** The curves of all classes, with probabilities as thresholds. */
export function curvesOf(totals: MetricTotals, values: CurveValues): Curves {
  if (values.thresholds !== undefined) return binnedCurves(totals, values.thresholds);
  const problems = oneVersusRest(totals, values);
  const points = (problem: OneVersusRest): CurvePoints => {
    if (problem.scores.some(Number.isNaN)) return UNKNOWN;
    const found = pointsOf(problem);
    return { ...found, thresholds: found.thresholds.map((score) => probabilityOf(score, values.from)) };
  };
  return { classes: problems.map(points), micro: () => points(joined(problems)) };
}

/** A curve of outputs that are NaN. */
const UNKNOWN: CurvePoints = { thresholds: [], tp: [], fp: [], positives: NaN, negatives: NaN };

function joined(problems: readonly OneVersusRest[]): OneVersusRest {
  const join = (key: 'scores' | 'weights'): Float64Array =>
    Float64Array.from(problems.flatMap((problem) => [...problem[key]]));
  return {
    scores: join('scores'),
    weights: join('weights'),
    positive: Uint8Array.from(problems.flatMap(({ positive }) => [...positive])),
  };
}

function averaged(
  { classes, micro }: Curves,
  valueOf: (points: CurvePoints) => number,
  average: CurveAverage,
): number | number[] {
  const own = (points: CurvePoints): number => (points === UNKNOWN ? NaN : valueOf(points));
  if (average === 'micro') return own(micro());
  const values = classes.map(own);
  if (average === 'none') return values;
  if (classes.includes(UNKNOWN)) return NaN;
  let [sum, weight] = [0, 0];
  values.forEach((value, c) => {
    if (Number.isNaN(value)) return;
    const w = average === 'weighted' ? classes[c]!.positives : 1;
    sum += w * value;
    weight += w;
  });
  return sum / weight;
}

/** Sums at evenly spaced probabilities: `[C, T]` true and all positives, `[C]` examples of each class. */
function binnedSums(scope: string, batch: MetricBatch, values: ScoreReading, thresholds: number): Tensors {
  const { probabilities, actual, weights } = values.multiLabel
    ? labelProbabilities(scope, batch, values.from)
    : probabilitiesOf(scope, batch, values.from, values.ignoreIndex);
  const [positions, classes] = probabilities.shape;
  const steps = Array.from({ length: thresholds }, (_, i) => i / (thresholds - 1));
  const deep = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [positions, classes, 1]);
  const above = tf.cast(tf.greaterEqual(deep(probabilities), tf.tensor3d([[steps]])), 'float32');
  const weigh = (x: tf.Tensor): tf.Tensor =>
    weights ? tf.mul(x, tf.reshape(weights, [positions, ...new Array<number>(x.rank - 1).fill(1)])) : x;
  // A label counts from one half on, as in the exact curve.
  const labels = tf.cast(tf.greater(actual, 0.5), 'float32');
  const found = weigh(above);
  return {
    found: tf.sum(found, 0),
    right: tf.sum(tf.mul(found, deep(labels)), 0),
    positives: tf.sum(weigh(labels), 0),
    total: weights ? tf.sum(weights) : tf.scalar(positions),
    unknown: tf.sum(weigh(tf.cast(tf.isNaN(probabilities), 'float32'))),
  };
}

function labelProbabilities(scope: string, batch: MetricBatch, from: OutputScale) {
  const { outputs, actual, weights } = labelPositions(scope, batch);
  return { probabilities: from === 'logits' ? tf.sigmoid(outputs) : outputs, actual, weights };
}

function binnedCurves(totals: MetricTotals, thresholds: number): Curves {
  const { found, right, positives, total, unknown } = totals as Record<string, Float64Array>;
  // By falling threshold.
  const order = Array.from({ length: thresholds }, (_, i) => thresholds - 1 - i);
  const classes = Array.from(positives!, (count, c): CurvePoints => {
    if (unknown![0]! > 0) return UNKNOWN;
    const tp = order.map((t) => right![c * thresholds + t]!);
    return {
      thresholds: order.map((t) => t / (thresholds - 1)),
      tp,
      fp: order.map((t, i) => Math.max(0, found![c * thresholds + t]! - tp[i]!)),
      positives: count,
      negatives: Math.max(0, total![0]! - count),
    };
  });
  const add = (of: (points: CurvePoints) => readonly number[]): number[] =>
    order.map((_, i) => classes.reduce((sum, points) => sum + of(points)[i]!, 0));
  return {
    classes,
    micro: () =>
      classes.includes(UNKNOWN)
        ? UNKNOWN
        : {
            thresholds: classes[0]!.thresholds,
            tp: add(({ tp }) => tp),
            fp: add(({ fp }) => fp),
            positives: classes.reduce((sum, points) => sum + points.positives, 0),
            negatives: classes.reduce((sum, points) => sum + points.negatives, 0),
          },
  };
}
