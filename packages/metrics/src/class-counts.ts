import * as tf from '@tensorflow/tfjs-core';
import type { Metric, MetricBatch, MetricTotals, OutputInfo, OutputScale, Tensors } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { oneHot } from '@espalier/core/internal';
import type { ClassReading } from './class-pairs.js';
import { classChecks, classPairs, isSingle, READING_RULES } from './class-pairs.js';
import { labelChecks, labelPairs } from './label-pairs.js';

/**
 * How the values of the classes become one: `binary` takes class 1 of a single output, `macro` the mean over classes that occur,
 * `micro` one value of all counts together, `weighted` the mean by number of examples, `none` all of them as a list.
 */
export type Average = 'binary' | 'macro' | 'micro' | 'weighted' | 'none';

/** Options of metrics that come from the counts of each class. */
export interface CountOptions<Name extends string, A extends Average = Average> extends ClassReading {
  /** Default: `binary` for a single output, else `macro`. */
  readonly average?: A;
  /** Whether the outputs `[N, ..., L]` answer L yes-or-no questions, each a class of its own. Default false. */
  readonly multiLabel?: boolean;
  /** What it is called in logs. Default: the factory's name. */
  readonly name?: Name;
}

/** A list with `none`, else a number. */
export type Averaged<A extends Average> = [A] extends ['none'] ? number[] : number;

/** Weighted counts of one class against all others. */
export interface Counts {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
}

/** The counts of all classes over a data set. */
export interface ClassCounts {
  readonly classes: readonly Counts[];
  readonly single: boolean;
}

/** How outputs and labels are read, all options given. */
export interface Reading {
  readonly from: OutputScale;
  readonly threshold: number | undefined;
  readonly ignoreIndex: number | undefined;
  readonly multiLabel: boolean;
}

/** The rules of {@link CountOptions} but the name. */
export const COUNT_RULES = {
  ...READING_RULES,
  average: option.oneOf(['binary', 'macro', 'micro', 'weighted', 'none'], { optional: true }),
  multiLabel: option.boolean({ default: false }),
} as const;

/** Sums of the counts of a batch, `[C]` each, inside the step: with C classes, 2 for a single output. */
export function countSums(scope: string, batch: MetricBatch, reading: Reading): Tensors {
  const { predicted, actual, weights, single } = reading.multiLabel
    ? { ...labelPairs(scope, batch, reading), single: false }
    : classRows(scope, batch, reading);
  const column = weights && tf.reshape(weights, [-1, 1]);
  const said = column ? tf.mul(predicted, column) : predicted;
  return {
    tp: tf.sum(tf.mul(said, actual), 0),
    predicted: tf.sum(said, 0),
    actual: tf.sum(column ? tf.mul(actual, column) : actual, 0),
    total: weights ? tf.sum(weights) : tf.scalar(predicted.shape[0]!),
    single: tf.scalar(single ? 1 : 0),
  };
}

function classRows(scope: string, batch: MetricBatch, reading: Reading) {
  const { predicted, actual, weights, classes, single } = classPairs(scope, batch, reading);
  // A single output that is NaN is a wrong answer; of several it is no class.
  const other = tf.sub(tf.scalar(1, 'int32'), actual);
  const said = single ? tf.where(tf.less(predicted, 0), other, predicted) : predicted;
  return {
    predicted: oneHot(said as tf.Tensor1D, classes),
    actual: oneHot(actual, classes),
    weights,
    single,
  };
}

/** Counts out of the sums of {@link countSums}. */
export function countsOf(totals: MetricTotals): ClassCounts {
  const total = totals['total']![0]!;
  const classes = Array.from(totals['tp']!, (tp, c) => {
    const [predicted, actual] = [totals['predicted']![c]!, totals['actual']![c]!];
    // Rounding of weighted sums may leave less than nothing.
    const atLeastNone = (count: number): number => Math.max(0, count);
    return {
      tp,
      fp: atLeastNone(predicted - tp),
      fn: atLeastNone(actual - tp),
      tn: atLeastNone(total - predicted - actual + tp),
    };
  });
  return { classes, single: totals['single']![0]! > 0 };
}

/** `part / whole`, 0 where there is nothing. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** The values of a formula over the classes, averaged. */
export function averaged(
  scope: string,
  { classes, single }: ClassCounts,
  formula: (counts: Counts) => number,
  { average, multiLabel }: { readonly average: Average | undefined; readonly multiLabel: boolean },
): number | number[] {
  const way = average ?? (single ? 'binary' : 'macro');
  const values = classes.map(formula);
  if (way === 'none') return values;
  if (way === 'binary') {
    if (!single) failBinary(scope);
    return values[1]!;
  }
  if (way === 'micro') return formula(addCounts(classes));
  const weights = classes.map(({ tp, fp, fn }) =>
    way === 'weighted' ? tp + fn : multiLabel || tp + fp + fn > 0 ? 1 : 0,
  );
  const weight = weights.reduce((sum, w) => sum + w, 0);
  return share(
    values.reduce((sum, value, c) => sum + (weights[c]! && weights[c]! * value), 0),
    weight,
  );
}

function addCounts(classes: readonly Counts[]): Counts {
  return classes.reduce(
    (sum, { tp, fp, tn, fn }) => ({ tp: sum.tp + tp, fp: sum.fp + fp, tn: sum.tn + tn, fn: sum.fn + fn }),
    { tp: 0, fp: 0, tn: 0, fn: 0 },
  );
}

/** A metric of a formula over the counts of each class. */
export function countMetric<Name extends string, A extends Average>(
  scope: string,
  options: CountOptions<Name, A>,
  fallback: string,
  formula: (counts: Counts) => number,
): Metric<Name, Averaged<A>> {
  const { values, config } = readOptions(scope, options, {
    ...COUNT_RULES,
    name: option.text({ default: fallback }),
  });
  return metricOfCounts(scope, { ...values, config }, formula) as Metric<Name, Averaged<A>>;
}

/** The same, of options that have been read. */
export function metricOfCounts(
  scope: string,
  values: Reading & {
    readonly average: Average | undefined;
    readonly name: string;
    readonly config: NonNullable<Metric['config']>;
  },
  formula: (counts: Counts) => number,
): Metric<string, number | number[]> {
  const { average, name, config } = values;
  return {
    name,
    config,
    ...(average === 'none' ? { isList: true } : { better: 'higher' as const }),
    ...readingChecks(scope, values, average),
    sums: (batch) => countSums(scope, batch, values),
    result: (totals) => averaged(scope, countsOf(totals), formula, values),
  };
}

/** Checks before the first step of a metric that reads classes or labels so. */
export function readingChecks(scope: string, reading: Reading, average?: Average) {
  const { multiLabel, ignoreIndex, from } = reading;
  if (multiLabel && ignoreIndex !== undefined)
    checkOptions(scope).fail(
      'ignoreIndex',
      'left out with multiLabel; give those examples a weight of 0',
      ignoreIndex,
    );
  if (multiLabel && average === 'binary') failBinary(scope);
  const { checkOutput, checkTargets } = multiLabel ? labelChecks(scope, from) : classChecks(scope, reading);
  return {
    checkOutput(output: OutputInfo): void {
      if (average === 'binary' && output.shape && !isSingle(output.shape)) failBinary(scope);
      checkOutput(output);
    },
    checkTargets,
  };
}

function failBinary(scope: string): never {
  return checkOptions(scope).fail(
    'average',
    "'macro', 'micro', 'weighted' or 'none' for several classes",
    'binary',
  );
}
