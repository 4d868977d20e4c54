import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { checkTargetValues, FINITE } from '@espalier/core/internal';
import { rowLoss } from './row-loss.js';
import { checkVectors, lengthOf, vectorAt } from './vectors.js';

/** Options of {@link tripletMargin}. */
export interface TripletMarginOptions {
  /** By how much the negative must be farther away than the positive, > 0. Default 1. */
  readonly margin?: number;
}

const SCOPE = 'triplet-margin';

/**
 * Triplet loss: an anchor must be nearer to its positive than to its negative by a margin.
 *
 * ```text
 * loss_n = max(0, norm2(a_n - p_n) - norm2(a_n - q_n) + margin)
 * ```
 *
 * Outputs `[N, 3, D]` are anchor a, positive p and negative q; the targets are not used, give zeros `[N]`.
 *
 * @param options.margin > 0. Default 1.
 * @returns A {@link Loss}: per example `[N]`, in units of the vectors.
 * @throws EspalierError `invalid-option` for a bad `margin`; the loss throws `invalid-data` for outputs of another shape and
 *   targets that are not finite.
 * @example
 * ```ts
 * tripletMargin().perExample(tf.tensor3d([[[0, 0], [0, 1], [2, 0]]]), tf.tensor1d([0])); // [0]
 * ```
 * Source: Schroff et al., "FaceNet" (2015), with distances in place of their squares; as PyTorch `TripletMarginLoss` without its
 * 1e-6 in each difference.
 */
export function tripletMargin(options: TripletMarginOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, {
    margin: option.number({ min: 0, exclusiveMin: true, default: 1 }),
  });
  const parts = (output: tf.Tensor) => {
    const anchor = vectorAt(output, 0);
    const near = lengthOf(tf.sub(anchor, vectorAt(output, 1)));
    const far = lengthOf(tf.sub(anchor, vectorAt(output, 2)));
    return { near, far, excess: tf.add(tf.sub(near.length, far.length), values.margin) };
  };
  return rowLoss({
    name: 'tripletMargin',
    config,
    targetKind: 'values',
    rows: (outputs) => outputs,
    prepare(outputs) {
      checkVectors(SCOPE, 3, outputs.shape);
      return tf.zeros([outputs.shape[0]!, 1]);
    },
    value: (output) => tf.reshape(tf.relu(parts(output).excess), [-1]),
    slope(output) {
      const { near, far, excess } = parts(output);
      const active = tf.step(excess);
      const [up, down] = [tf.mul(near.direction, active), tf.mul(far.direction, active)];
      return tf.stack([tf.sub(up, down), tf.neg(up), down], 1);
    },
    checkTargets(targets, outputShape) {
      if (outputShape.length > 1) checkVectors(SCOPE, 3, outputShape);
      checkTargetValues(SCOPE, targets, FINITE);
    },
  });
}
