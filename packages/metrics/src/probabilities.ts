import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, MetricBatch, OutputInfo, OutputScale } from '@espalier/core';
import { checkOutputScale } from '@espalier/core/internal';
import type { Positions } from './class-pairs.js';
import { classChecks, labelRows, positionsOf } from './class-pairs.js';

/** Probabilities of what is true, and of all classes. */
export interface Probabilities {
  /** `[P, C]`, C >= 2, or `[P, 1]` of class 1 for a single output. */
  readonly probabilities: tf.Tensor2D;
  /** `[P, C]` or `[P, 1]` of the same. */
  readonly actual: tf.Tensor2D;
  readonly weights: tf.Tensor1D | undefined;
}

/** Probabilities from logits or as they are, and labels beside them. */
export function probabilitiesOf(
  scope: string,
  batch: MetricBatch,
  from: OutputScale,
  ignoreIndex?: number,
): Probabilities {
  const positions = positionsOf(scope, batch, ignoreIndex);
  if (positions.single) {
    const outputs = tf.reshape(positions.outputs, [-1, 1]);
    return {
      probabilities: (from === 'logits' ? tf.sigmoid(outputs) : outputs) as tf.Tensor2D,
      actual: tf.reshape(kept(positions), [-1, 1]),
      weights: positions.weights,
    };
  }
  const { outputs, rows, weights } = labelRows(scope, batch, ignoreIndex);
  return { probabilities: from === 'logits' ? tf.softmax(outputs) : outputs, actual: rows, weights };
}

/** Answers from 0 to 1; one that is ignored may be anything, and weighs nothing. */
function kept({ targets }: Positions): tf.Tensor {
  return tf.clipByValue(targets, 0, 1);
}

/**
 * Negative logarithm of the probability of each label, `[P]`, nats: from logits without rounding, from probabilities of at least
 * 2^-149.
 */
export function surprises(
  scope: string,
  batch: MetricBatch,
  from: OutputScale,
  ignoreIndex?: number,
): { readonly values: tf.Tensor; readonly weights: tf.Tensor1D | undefined } {
  const positions = positionsOf(scope, batch, ignoreIndex);
  const { weights } = positions;
  if (positions.single) {
    const z = positions.outputs;
    const y = kept(positions);
    if (from === 'logits') {
      const tail = tf.log1p(tf.exp(tf.neg(tf.abs(z))));
      return { values: tf.add(tf.sub(tf.relu(z), tf.mul(z, y)), tail), weights };
    }
    const [yes, no] = [tf.mul(y, log(z)), tf.mul(tf.sub(1, y), log(tf.sub(1, z)))];
    return { values: tf.neg(tf.add(yes, no)), weights };
  }
  const { outputs, rows } = labelRows(scope, batch, ignoreIndex);
  // 0 times a class masked by -Infinity is NaN.
  const given = from === 'logits' ? outputs : log(outputs);
  const own = tf.sum(tf.where(tf.greater(rows, 0), tf.mul(rows, given), tf.zerosLike(rows)), 1);
  const values =
    from === 'logits' ? tf.sub(tf.mul(tf.sum(rows, 1), tf.logSumExp(outputs, 1)), own) : tf.neg(own);
  return { values, weights };
}

/** Smallest number whose logarithm every backend has right. */
const SMALLEST = 2 ** -126;

function log(p: tf.Tensor): tf.Tensor {
  return tf.log(tf.maximum(p, SMALLEST));
}

/** Checks for a metric of probabilities, before the first step: here several outputs must be what `from` says, too. */
export function probabilityChecks(scope: string, from: OutputScale, ignoreIndex?: number) {
  const { checkTargets } = classChecks(scope, { from, ignoreIndex });
  return {
    checkOutput: (output: OutputInfo): void => checkOutputScale(scope, output, from),
    checkTargets: (targets: HostArray, shape: readonly (number | null)[]): void =>
      checkTargets(targets, shape),
  };
}
