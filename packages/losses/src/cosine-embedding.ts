import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { rowLoss } from './row-loss.js';
import { unit } from './unit-vectors.js';
import { checkAnswers, checkVectors, oneAnswer, vectorAt } from './vectors.js';

/** Options of {@link cosineEmbedding}. */
export interface CosineEmbeddingOptions {
  /** The cosine below which pairs that differ cost nothing, from -1 to 1. Default 0. */
  readonly margin?: number;
}

const SCOPE = 'cosine-embedding';

/**
 * Cosine embedding loss of pairs: vectors of the same thing should point the same way, others should not.
 *
 * ```text
 * c = u(a_n) . u(b_n),   u(x) = x / max(norm2(x), 1e-6)
 * loss_n = t (1 - c) + (1 - t) max(0, c - margin)
 * ```
 *
 * Outputs `[N, 2, D]` are a and b, targets `[N]` or `[N, 1]` are 1 where both are of the same thing, else 0.
 *
 * @param options.margin From -1 to 1. Default 0.
 * @returns A {@link Loss}: per example `[N]`, from 0 to 2.
 * @throws EspalierError `invalid-option` for a bad `margin`; the loss throws `invalid-data` for shapes that do not fit and targets
 *   other than 0 and 1.
 * @example
 * ```ts
 * cosineEmbedding().perExample(tf.tensor3d([[[1, 0], [0, 2]]]), tf.tensor1d([1])); // [1]
 * ```
 * Source: as PyTorch `CosineEmbeddingLoss`, whose targets are -1 for 0.
 */
export function cosineEmbedding(options: CosineEmbeddingOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, {
    margin: option.number({ min: -1, max: 1, default: 0 }),
  });
  const parts = (output: tf.Tensor) => {
    const [a, b] = [unit(vectorAt(output, 0)), unit(vectorAt(output, 1))];
    return { a, b, cosine: tf.sum(tf.mul(a.vector, b.vector), 1, true) };
  };
  return rowLoss({
    name: 'cosineEmbedding',
    config,
    targetKind: 'values',
    rows: (outputs) => outputs,
    prepare(outputs, targets) {
      checkVectors(SCOPE, 2, outputs.shape);
      return oneAnswer(SCOPE, targets);
    },
    value(output, target) {
      const { cosine } = parts(output);
      const alike = tf.mul(target, tf.sub(1, cosine));
      const apart = tf.mul(tf.sub(1, target), tf.relu(tf.sub(cosine, values.margin)));
      return tf.reshape(tf.add(alike, apart), [-1]);
    },
    slope(output, target) {
      const { a, b, cosine } = parts(output);
      const apart = tf.mul(tf.sub(1, target), tf.step(tf.sub(cosine, values.margin)));
      const inCosine = tf.sub(apart, target);
      const along = (own: typeof a, other: typeof a): tf.Tensor =>
        tf.div(tf.sub(other.vector, tf.mul(own.vector, tf.mul(cosine, own.free))), own.norm);
      return tf.stack([tf.mul(along(a, b), inCosine), tf.mul(along(b, a), inCosine)], 1);
    },
    checkTargets(targets, outputShape) {
      if (outputShape.length > 1) checkVectors(SCOPE, 2, outputShape);
      checkAnswers(SCOPE, targets);
    },
  });
}
