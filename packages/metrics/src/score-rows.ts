import * as tf from '@tensorflow/tfjs-core';
import type { MetricBatch, MetricTotals, OutputScale, Tensors } from '@espalier/core';
import { log, pow } from '@espalier/core/internal';
import { positionsOf } from './class-pairs.js';
import { labelPositions } from './label-pairs.js';

/** How scores are read. */
export interface ScoreReading {
  readonly from: OutputScale;
  readonly multiLabel: boolean;
  readonly ignoreIndex: number | undefined;
}

/** One class against all others: a score that orders the examples, whether each is of the class, and its weight, > 0. */
export interface OneVersusRest {
  readonly scores: Float64Array;
  readonly positive: Uint8Array;
  readonly weights: Float64Array;
}

/** Scores, labels and weights of each position, to be kept; inside the step. */
export function scoreRows(
  scope: string,
  batch: MetricBatch,
  { multiLabel, ignoreIndex }: ScoreReading,
): Tensors {
  const read = (): {
    readonly scores: tf.Tensor;
    readonly labels: tf.Tensor;
    readonly given: tf.Tensor1D | undefined;
  } => {
    if (multiLabel) {
      const { outputs, actual, weights } = labelPositions(scope, batch);
      return { scores: outputs, labels: actual, given: weights };
    }
    const { outputs, targets, weights, single } = positionsOf(scope, batch, ignoreIndex);
    if (single)
      return { scores: outputs, labels: tf.cast(tf.greater(targets, 0.5), 'float32'), given: weights };
    return { scores: outputs, labels: targets.rank === 1 ? targets : tf.argMax(targets, 1), given: weights };
  };
  const { scores, labels, given } = read();
  return { scores, labels, weights: given ?? tf.ones([scores.shape[0]!]) };
}

/**
 * The problems of all classes, with scores that keep their order where probabilities would round to 0 and 1: of logits, the logit
 * of each probability. Positions of weight 0 are left out.
 */
export function oneVersusRest(totals: MetricTotals, { from, multiLabel }: ScoreReading): OneVersusRest[] {
  const { scores, labels, weights } = totals as Record<'scores' | 'labels' | 'weights', Float64Array>;
  const positions = weights.length;
  const width = Math.max(1, scores.length / Math.max(positions, 1));
  const kept = [...weights.keys()].filter((i) => weights[i]! > 0);
  const several = width > 1 && !multiLabel;
  const own = Float64Array.from(kept, (i) => weights[i]!);
  const all = Array.from({ length: width }, () => new Float64Array(kept.length));
  kept.forEach((i, at) => {
    const row = scores.subarray(i * width, (i + 1) * width);
    const keys = several && from === 'logits' ? logitsOfSoftmax(row) : row;
    keys.forEach((key, c) => (all[c]![at] = key));
  });
  return all.map((keys, c) => ({
    scores: keys,
    positive: Uint8Array.from(kept, (i) => Number(several ? labels[i] === c : labels[i * width + c]! > 0.5)),
    weights: own,
  }));
}

/** `log(p / (1 - p))` of the softmax of a row, without rounding where p is near 0 or 1. */
function logitsOfSoftmax(row: Float64Array): Float64Array {
  const top = row.reduce((best, z) => Math.max(best, z), -Infinity);
  const parts = row.map((z) => pow(Math.E, z - top));
  const whole = parts.reduce((sum, part) => sum + part, 0);
  return row.map((z, c) => {
    let rest = whole - parts[c]!;
    // Where one class has most of it, the difference is rounding.
    if (parts[c]! > rest) rest = parts.reduce((sum, part, k) => (k === c ? sum : sum + part), 0);
    if (rest > 0 || z < top) return z - top - log(rest);
    const second = row.reduce((best, other, k) => (k === c ? best : Math.max(best, other)), -Infinity);
    return z - second;
  });
}

/** Probability of a score. */
export function probabilityOf(score: number, from: OutputScale): number {
  return from === 'logits' ? 1 / (1 + pow(Math.E, -score)) : score;
}
