import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { rowLoss } from './row-loss.js';
import { checkAnswers, checkVectors, lengthOf, oneAnswer, vectorAt } from './vectors.js';

/** Options of {@link contrastive}. */
export interface ContrastiveOptions {
  /** How far pairs that differ must be apart, > 0. Default 1. */
  readonly margin?: number;
}

const SCOPE = 'contrastive';

/**
 * Contrastive loss of pairs: draws vectors of the same thing together and pushes others apart, up to a margin.
 *
 * ```text
 * d = norm2(a_n - b_n)
 * loss_n = t d^2 + (1 - t) max(0, margin - d)^2
 * ```
 *
 * Outputs `[N, 2, D]` are a and b, targets `[N]` or `[N, 1]` are 1 where both are of the same thing, else 0. Vectors that are equal and
 * should not be get no gradient: no direction leads away.
 *
 * @param options.margin > 0. Default 1.
 * @returns A {@link Loss}: per example `[N]`, in squared units of the vectors.
 * @throws EspalierError `invalid-option` for a bad `margin`; the loss throws `invalid-data` for shapes that do not fit and targets
 *   other than 0 and 1.
 * @example
 * ```ts
 * contrastive().perExample(tf.tensor3d([[[0, 0], [0, 0.5]]]), tf.tensor1d([0])); // [0.25]
 * ```
 * Source: Hadsell et al., "Dimensionality reduction by learning an invariant mapping" (2006), twice its equation 4; as
 * TensorFlow Addons `ContrastiveLoss`.
 */
export function contrastive(options: ContrastiveOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, {
    margin: option.number({ min: 0, exclusiveMin: true, default: 1 }),
  });
  const parts = (output: tf.Tensor) => {
    const { length, direction } = lengthOf(tf.sub(vectorAt(output, 0), vectorAt(output, 1)));
    return { length, direction, missing: tf.relu(tf.sub(values.margin, length)) };
  };
  return rowLoss({
    name: 'contrastive',
    config,
    targetKind: 'values',
    rows: (outputs) => outputs,
    prepare(outputs, targets) {
      checkVectors(SCOPE, 2, outputs.shape);
      return oneAnswer(SCOPE, targets);
    },
    value(output, target) {
      const { length, missing } = parts(output);
      const apart = tf.mul(tf.sub(1, target), tf.square(missing));
      return tf.reshape(tf.add(tf.mul(target, tf.square(length)), apart), [-1]);
    },
    slope(output, target) {
      const { length, direction, missing } = parts(output);
      const inLength = tf.mul(tf.sub(tf.mul(target, length), tf.mul(tf.sub(1, target), missing)), 2);
      const first = tf.mul(direction, inLength);
      return tf.stack([first, tf.neg(first)], 1);
    },
    checkTargets(targets, outputShape) {
      if (outputShape.length > 1) checkVectors(SCOPE, 2, outputShape);
      checkAnswers(SCOPE, targets);
    },
  });
}
