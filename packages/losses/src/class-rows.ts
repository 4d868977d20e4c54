import * as tf from '@tensorflow/tfjs-core';
import type { HostArray } from '@espalier/core';
import { option } from '@espalier/core';
import { checkClassTargets, failData, formatShape, oneHot } from '@espalier/core/internal';

/** What labels are: class numbers, or rows of probabilities. */
export type Labels = 'auto' | 'integer' | 'one-hot';

/** Options that every loss of classes has. */
export interface ClassOptions {
  /**
   * What the targets are: `integer` class numbers `[N, ...]` int32, or `one-hot` rows (or class probabilities) `[N, ..., C]`
   * float32. Default `auto`: decided by their rank.
   */
  readonly labels?: Labels;
  /** A weight >= 0 for each class. Default: all 1. */
  readonly classWeights?: readonly number[];
  /** The class number of targets that count nowhere, e.g. -100 for padding. Default: none. */
  readonly ignoreIndex?: number;
}

/** The rules of {@link ClassOptions}. */
export const CLASS_RULES = {
  labels: option.oneOf(['auto', 'integer', 'one-hot'], { default: 'auto' }),
  classWeights: option.list<number, { readonly optional: true; readonly min: 1; readonly expected: string }>(
    option.number({ min: 0 }),
    { optional: true, min: 1, expected: 'a list of weights, one for each class' },
  ),
  ignoreIndex: option.integer({ optional: true }),
};

interface Settings {
  readonly labels: Labels;
  readonly classWeights?: readonly number[] | undefined;
  readonly ignoreIndex?: number | undefined;
  /** Share of the label that is spread over all classes. Default 0. */
  readonly smoothing?: number;
}

/** Labels of one loss. */
export interface ClassRows {
  /** Whether {@link ClassRows.rows} may sum to other than 1. */
  readonly uneven: boolean;
  /** Weighted, smoothed rows `[M, C]` of labels that fit outputs `[N, ..., C]`, 0 where they are ignored. */
  rows(outputs: tf.Tensor, targets: tf.Tensor): tf.Tensor;
  /** Whether targets are class numbers. @throws EspalierError `invalid-data` where they do not fit. */
  integer(outputs: tf.Tensor, targets: tf.Tensor): boolean;
  /** How much each position counts: its label's weight; absent where that is 1. `[M]`. */
  readonly counts?: (outputs: tf.Tensor, targets: tf.Tensor) => tf.Tensor;
  checkTargets(targets: HostArray, outputShape: readonly (number | null)[]): void;
}

/** Reads labels for the loss of `scope`. */
export function classRows(
  scope: string,
  { labels, classWeights, ignoreIndex, smoothing = 0 }: Settings,
): ClassRows {
  const integer = (outputs: tf.Tensor, targets: tf.Tensor) => isInteger(scope, labels, targets, outputs);
  const weightsOf = (width: number): tf.Tensor => {
    weightsMatch(scope, classWeights!.length, width);
    return tf.tensor2d([...classWeights!], [1, width]);
  };
  /** One-hot rows without smoothing, 0 where ignored. */
  const plain = (outputs: tf.Tensor, targets: tf.Tensor): tf.Tensor => {
    const width = outputs.shape.at(-1)!;
    if (!integer(outputs, targets)) return tf.reshape(tf.cast(targets, 'float32'), [-1, width]);
    const numbers = tf.reshape(targets, [-1]);
    const rows = oneHot(numbers as tf.Tensor1D, width);
    if (ignoreIndex === undefined) return rows;
    return tf.mul(rows, tf.reshape(tf.sub(1, tf.cast(tf.equal(numbers, ignoreIndex), 'float32')), [-1, 1]));
  };
  const uneven = classWeights !== undefined || ignoreIndex !== undefined;
  return {
    uneven,
    integer,
    rows(outputs, targets) {
      const width = outputs.shape.at(-1)!;
      let rows = plain(outputs, targets);
      if (smoothing > 0) {
        const share = tf.mul(tf.sum(rows, 1, true), smoothing / width);
        rows = tf.add(tf.mul(rows, 1 - smoothing), share);
      }
      return classWeights ? tf.mul(rows, weightsOf(width)) : rows;
    },
    ...(uneven && {
      counts(outputs: tf.Tensor, targets: tf.Tensor) {
        const rows = plain(outputs, targets);
        return tf.sum(classWeights ? tf.mul(rows, weightsOf(outputs.shape.at(-1)!)) : rows, 1);
      },
    }),
    checkTargets(targets, outputShape) {
      const width = outputShape.length > 1 ? outputShape.at(-1) : undefined;
      if (classWeights && typeof width === 'number') weightsMatch(scope, classWeights.length, width);
      checkClassTargets(scope, labels, targets, outputShape, ignoreIndex);
    },
  };
}

function weightsMatch(scope: string, given: number, width: number): void {
  if (given === width) return;
  failData(scope, `there are ${given} classWeights for outputs of ${width} classes; give one for each.`);
}

function isInteger(scope: string, labels: Labels, targets: tf.Tensor, { shape }: tf.Tensor): boolean {
  if (shape.length < 2) failData(scope, `outputs must be [N, ..., C], got ${formatShape(shape)}.`);
  const places = shape.slice(0, -1);
  if (sameShape(targets.shape, places) && labels !== 'one-hot') {
    if (targets.dtype === 'int32') return true;
    failData(
      scope,
      `integer labels must be int32, got ${targets.dtype}; cast them with tf.cast(labels, 'int32').`,
    );
  }
  if (sameShape(targets.shape, shape) && labels !== 'integer') return false;
  const wanted = [
    labels !== 'one-hot' && `${formatShape(places)} int32`,
    labels !== 'integer' && formatShape(shape),
  ];
  failData(
    scope,
    `for outputs ${formatShape(shape)} the labels must be ${wanted.filter(Boolean).join(' or ')}, ` +
      `got ${formatShape(targets.shape)}.`,
  );
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
