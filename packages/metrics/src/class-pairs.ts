import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, MetricBatch, OutputInfo, OutputScale } from '@espalier/core';
import { checkOptions, option } from '@espalier/core';
import {
  ANSWERS,
  checkClassTargets,
  checkOutputScale,
  checkTargetValues,
  failData,
  formatShape,
  log,
  oneHot,
} from '@espalier/core/internal';

/** What outputs may be. */
export const SCALES: readonly OutputScale[] = ['logits', 'probabilities'];

/** How metrics of classes read outputs and labels. */
export interface ClassReading {
  /** What outputs are: `logits` or `probabilities`. Default `logits`. */
  readonly from?: OutputScale | undefined;
  /** Probability above which the answer to a yes-or-no question is yes; > 0 and < 1. Default 0.5. */
  readonly threshold?: number | undefined;
  /** A label whose examples do not count, e.g. -1 or 255. Default: none. */
  readonly ignoreIndex?: number | undefined;
}

/** The rules of {@link ClassReading}. */
export const READING_RULES = {
  from: option.oneOf(SCALES, { default: 'logits' }),
  threshold: option.number({ min: 0, max: 1, exclusiveMin: true, exclusiveMax: true, optional: true }),
  ignoreIndex: option.integer({ optional: true }),
} as const;

/** Predicted and true class of each position, `[P]` int32; -1 is predicted where an output is NaN. */
export interface ClassPairs {
  readonly predicted: tf.Tensor1D;
  readonly actual: tf.Tensor1D;
  /** `[P]`; absent where all positions count as one. */
  readonly weights: tf.Tensor1D | undefined;
  /** 2 for a single output. */
  readonly classes: number;
  /** Whether one output answers yes or no. */
  readonly single: boolean;
}

/** Outputs and labels with the positions of all examples below each other. */
export interface Positions {
  /** `[P, C]`; `[P]` for a single output. */
  readonly outputs: tf.Tensor;
  /** `[P]` int32 or rows `[P, C]`; answers `[P]` float32 for a single output. */
  readonly targets: tf.Tensor;
  readonly weights: tf.Tensor1D | undefined;
  readonly single: boolean;
}

/**
 * Classes from logits or probabilities `[N, ..., C]` (the first of equal maxima) and labels `[N, ...]` int32 or rows `[N, ..., C]`;
 * one output `[N, ..., 1]` or `[N]` is binary: class 1 above the threshold, against labels above 0.5.
 */
export function classPairs(
  scope: string,
  batch: MetricBatch,
  { from = 'logits', threshold, ignoreIndex }: ClassReading = {},
): ClassPairs {
  const { outputs, targets, weights, single } = positionsOf(scope, batch, ignoreIndex);
  if (single) {
    const predicted = unlessNaN(above(outputs, cut(from, threshold)), outputs);
    return { predicted, actual: above(targets, 0.5), weights, classes: 2, single };
  }
  const actual = targets.rank === 1 ? (targets as tf.Tensor1D) : tf.argMax<tf.Tensor1D>(targets, 1);
  // Of a row with a NaN the sum is NaN; those of logits that mask a class by -Infinity are not.
  const predicted = unlessNaN(tf.argMax(outputs, 1), tf.sum(outputs, 1));
  return { predicted, actual, weights, classes: outputs.shape[1]!, single };
}

/** The output above which the answer is yes. */
export function cut(from: OutputScale, threshold = 0.5): number {
  return from === 'logits' ? log(threshold / (1 - threshold)) : threshold;
}

/** Positions of a problem of classes, or of one yes-or-no question. */
export function positionsOf(scope: string, batch: MetricBatch, ignoreIndex?: number): Positions {
  const { outputs, targets } = batch;
  if (isSingle(outputs.shape) && targets.shape[0] === outputs.shape[0]) {
    const positions = outputs.shape.slice(0, Math.max(1, outputs.rank - 1));
    const fits = [positions, [...positions, 1]].some((shape) => same(shape, targets.shape));
    if (!fits)
      failLabels(scope, outputs, targets, `[${positions.join(', ')}] or [${positions.join(', ')}, 1]`);
    const answers = tf.reshape(targets, [-1]) as tf.Tensor1D;
    return {
      outputs: tf.reshape(outputs, [-1]),
      targets: tf.cast(answers, 'float32'),
      weights: positionWeights(batch, answers, ignoreIndex),
      single: true,
    };
  }
  if (outputs.rank < 2) failData(scope, `outputs must be logits [N, C], got ${formatShape(outputs.shape)}.`);
  const classes = outputs.shape.at(-1)!;
  const positions = outputs.shape.slice(0, -1);
  const rows = tf.reshape(outputs, [-1, classes]);
  if (same(positions, targets.shape) && targets.dtype === 'int32') {
    const labels = tf.reshape(targets, [-1]) as tf.Tensor1D;
    return {
      outputs: rows,
      targets: labels,
      weights: positionWeights(batch, labels, ignoreIndex),
      single: false,
    };
  }
  if (same(outputs.shape, targets.shape)) {
    const weights = positionWeights(batch, rows, undefined);
    return { outputs: rows, targets: tf.reshape(targets, [-1, classes]), weights, single: false };
  }
  failLabels(scope, outputs, targets, `[${positions.join(', ')}] int32 or ${formatShape(outputs.shape)}`);
}

/** The weight of each position: that of its example, 0 where its label is ignored. */
function positionWeights(
  { weights }: MetricBatch,
  labels: tf.Tensor,
  ignoreIndex: number | undefined,
): tf.Tensor1D | undefined {
  const kept =
    ignoreIndex === undefined
      ? undefined
      : tf.sub(1, tf.cast(tf.equal(labels, tf.scalar(ignoreIndex, labels.dtype as 'int32')), 'float32'));
  const given = weights && spreadWeights(weights, labels.shape[0]!);
  return (given && kept ? tf.mul(given, kept) : (given ?? kept)) as tf.Tensor1D | undefined;
}

/** Weights `[N]` of examples for `[P]` positions, as many of each example. */
export function spreadWeights(weights: tf.Tensor, positions: number): tf.Tensor1D {
  const examples = weights.shape[0]!;
  if (positions === examples) return tf.reshape(weights, [-1]);
  const each = tf.mul(tf.ones([examples, positions / Math.max(examples, 1)]), tf.reshape(weights, [-1, 1]));
  return tf.reshape(each, [-1]);
}

/** `classes` `[P]`, and -1 where `values` `[P]` are NaN. */
function unlessNaN(classes: tf.Tensor1D, values: tf.Tensor): tf.Tensor1D {
  return tf.where(tf.isNaN(values), tf.fill(classes.shape, -1, 'int32'), classes);
}

/** Labels as rows `[P, C]` float32, one-hot where they are integers, beside outputs `[P, C]`, C >= 2. */
export function labelRows(
  scope: string,
  batch: MetricBatch,
  ignoreIndex?: number,
): { readonly outputs: tf.Tensor2D; readonly rows: tf.Tensor2D; readonly weights: tf.Tensor1D | undefined } {
  const { outputs, targets, weights, single } = positionsOf(scope, batch, ignoreIndex);
  if (single)
    failData(scope, `outputs must be logits [N, C] with C >= 2, got ${formatShape(batch.outputs.shape)}.`);
  const rows = targets.rank === 1 ? oneHot(targets as tf.Tensor1D, outputs.shape[1]!) : targets;
  return { outputs: outputs as tf.Tensor2D, rows: rows as tf.Tensor2D, weights };
}

/** Checks for a metric of classes, before the first step. */
export function classChecks(scope: string, { from = 'logits', threshold, ignoreIndex }: ClassReading) {
  return {
    checkOutput(output: OutputInfo): void {
      if (threshold !== undefined && output.shape && !isSingle(output.shape)) {
        checkOptions(scope).fail(
          'threshold',
          'left out for several classes, of which the highest is taken',
          threshold,
        );
      }
      // The highest of several is the same before and after a softmax.
      if (output.shape && isSingle(output.shape)) checkOutputScale(scope, output, from);
    },
    checkTargets(targets: HostArray, outputShape: readonly (number | null)[]): void {
      if (!isSingle(outputShape)) return checkClassTargets(scope, 'auto', targets, outputShape, ignoreIndex);
      const positions = outputShape.slice(1, -1);
      const inner = targets.shape.slice(1);
      if (![positions, [...positions, 1]].some((shape) => same(shape, inner))) {
        failData(
          scope,
          `labels must be [${['N', ...positions].join(', ')}] or [${['N', ...positions, 1].join(', ')}], ` +
            `got ${formatShape([null, ...inner])}.`,
        );
      }
      checkTargetValues(
        scope,
        targets,
        ignoreIndex === undefined
          ? ANSWERS
          : {
              text: `${ANSWERS.text}, or ${ignoreIndex}`,
              accepts: (value) => value === ignoreIndex || ANSWERS.accepts(value),
            },
      );
    },
  };
}

/** Whether an output is one number for each position. */
export function isSingle(shape: readonly (number | null)[]): boolean {
  return shape.length === 1 || shape.at(-1) === 1;
}

function same(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return a.length === b.length && a.every((size, i) => size === null || b[i] === null || size === b[i]);
}

function above(values: tf.Tensor, threshold: number): tf.Tensor1D {
  return tf.cast(tf.greater(values, threshold), 'int32') as tf.Tensor1D;
}

function failLabels(scope: string, outputs: tf.Tensor, targets: tf.Tensor, wanted: string): never {
  failData(
    scope,
    `for outputs ${formatShape(outputs.shape)} the labels must be ${wanted}, ` +
      `got ${formatShape(targets.shape)} ${targets.dtype}.`,
  );
}
