import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { type AllowedValues, checkTargetValues, failData, formatShape } from '@espalier/core/internal';
import { between } from './between-examples.js';

/** Options of {@link circle}. */
export interface CircleOptions {
  /** How sharply cosines are weighed, > 0. Default 80. */
  readonly gamma?: number;
  /** Cosines should be above `1 - margin` within a class and below `margin` between classes; from 0 to 1. Default 0.4. */
  readonly margin?: number;
}

const SCOPE = 'circle';

/** Takes a place out of a sum of exponentials. */
const NEVER = 1e9;

/**
 * Circle loss: vectors of one class should point the same way, those of different classes should not, and what is farthest from that
 * counts most.
 *
 * ```text
 * s_ij = u_i . u_j,   u = x / max(norm2(x), 1e-6)
 * p_ij = -gamma max(0, 1 + margin - s_ij) (s_ij - 1 + margin)     j of the class of i, j != i
 * q_ij =  gamma max(0, s_ij + margin) (s_ij - margin)             j of another class
 * loss_i = log(1 + sum_j exp(p_ij) sum_j exp(q_ij))
 * ```
 *
 * The factors `max(0, ...)` are weights: no gradient flows through them. Outputs `[N, D]` are vectors, targets `[N]` or `[N, 1]` whole
 * numbers, one for each class. An example's loss depends on the others of its batch: one that has no other of its class there, or
 * none of another, has the loss 0. Draw batches so that classes come several times, e.g. with a `classBalancedSampler`.
 *
 * @param options.gamma > 0. Default 80.
 * @param options.margin From 0 to 1. Default 0.4.
 * @returns A {@link Loss}: per example `[N]`, >= 0.
 * @throws EspalierError `invalid-option` for a bad `gamma` or `margin`; the loss throws `invalid-data` for shapes that do not fit and targets
 *   that are not whole numbers.
 * @example
 * ```ts
 * circle({ gamma: 1 }).perExample(tf.tensor2d([[1, 0], [1, 0], [0, 1]]), tf.tensor1d([0, 0, 1])); // [0.55, 0.55, 0]
 * ```
 * Source: Sun et al., "Circle loss: a unified perspective of pair similarity optimization" (2020), equations 4 to 8; values as of Keras `Circle`,
 * which leaves it to the caller to make vectors of length 1 and lets gradients through the weights.
 */
export function circle(options: CircleOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, {
    gamma: option.number({ min: 0, exclusiveMin: true, default: 80 }),
    margin: option.number({ min: 0, max: 1, default: 0.4 }),
  });
  const { gamma, margin } = values;
  const parts = (cosines: tf.Tensor, labels: tf.Tensor) => {
    const alike = tf.cast(tf.equal(labels, tf.transpose(labels)), 'float32');
    const others = tf.sub(1, alike);
    const fellows = tf.sub(alike, tf.eye(labels.shape[0]!));
    const inFellows = tf.mul(tf.relu(tf.sub(1 + margin, cosines)), -gamma);
    const inOthers = tf.mul(tf.relu(tf.add(cosines, margin)), gamma);
    return {
      inFellows,
      inOthers,
      fellows: exponentials(tf.mul(inFellows, tf.sub(cosines, 1 - margin)), fellows),
      others: exponentials(tf.mul(inOthers, tf.sub(cosines, margin)), others),
    };
  };
  return {
    name: 'circle',
    config,
    targetKind: 'values',
    perExample(outputs, targets) {
      checkShapes(outputs.shape, targets.shape);
      const labels = tf.reshape(tf.cast(targets, 'float32'), [-1, 1]);
      const all = between(outputs, labels, {
        value(cosines, own) {
          const { fellows, others } = parts(cosines, own);
          return tf.softplus(tf.reshape(tf.add(fellows.log, others.log), [-1]));
        },
        slope(cosines, own) {
          const { fellows, others, inFellows, inOthers } = parts(cosines, own);
          const slopes = tf.add(tf.mul(fellows.shares, inFellows), tf.mul(others.shares, inOthers));
          return tf.mul(slopes, tf.sigmoid(tf.add(fellows.log, others.log)));
        },
      });
      return all as tf.Tensor1D;
    },
    checkTargets(targets, outputShape) {
      checkShapes(outputShape, targets.shape);
      checkTargetValues(SCOPE, targets, WHOLE);
    },
  };
}

const WHOLE: AllowedValues = { text: 'a whole number', accepts: Number.isInteger };

/** The logarithm of the sum of `exp(x)` where `among` is 1, `[M, 1]`, and the share of each in that sum. */
function exponentials(x: tf.Tensor, among: tf.Tensor): { log: tf.Tensor; shares: tf.Tensor } {
  const kept = tf.sub(x, tf.mul(tf.sub(1, among), NEVER));
  const largest = tf.max(kept, 1, true);
  const log = tf.add(largest, tf.log(tf.sum(tf.exp(tf.sub(kept, largest)), 1, true)));
  return { log, shares: tf.mul(among, tf.exp(tf.sub(kept, log))) };
}

type Shape = readonly (number | null)[];

function checkShapes(outputs: Shape, targets: Shape): void {
  if (outputs.length !== 2)
    failData(SCOPE, `outputs must be [N, D], a vector for each example, got ${formatShape(outputs)}.`);
  if (targets.length !== 1 && !(targets.length === 2 && targets[1] === 1))
    failData(SCOPE, `targets must be [N] or [N, 1], a class for each example, got ${formatShape(targets)}.`);
}
