import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { checkTargetValues, FINITE } from '@espalier/core/internal';
import { between } from './between-examples.js';
import { logSoftmax } from './softmax.js';
import { checkVectors } from './vectors.js';

/** Options of {@link ntXent}. */
export interface NtXentOptions {
  /** What cosines are divided by, > 0. Default 0.5. */
  readonly temperature?: number;
}

const SCOPE = 'nt-xent';

/** Takes a place out of a softmax. */
const NEVER = 1e9;

/**
 * Normalised temperature-scaled cross-entropy (NT-Xent, SimCLR): each view of an example must tell its other view from all views of
 * the batch's other examples.
 *
 * ```text
 * s_ij = u_i . u_j / temperature,   u = x / max(norm2(x), 1e-6),   over the 2 N views of the batch
 * l_i = log sum_{j != i} exp(s_ij) - s_i,other(i)
 * loss_n = (l of the first view of n + l of its second view) / 2
 * ```
 *
 * Outputs `[N, 2, D]` are the two views of each example; the targets are not used, give zeros `[N]`. An example's loss depends on the others
 * of its batch: more of them make it larger, so compare runs with one batch size, and drop a short last batch. A batch of one
 * has the loss 0. Examples of weight 0 are still told apart from.
 *
 * @param options.temperature > 0. Default 0.5.
 * @returns A {@link Loss}: per example `[N]`, in nats.
 * @throws EspalierError `invalid-option` for a bad `temperature`; the loss throws `invalid-data` for outputs of another shape and
 *   targets that are not finite.
 * @example
 * ```ts
 * ntXent().perExample(tf.tensor3d([[[1, 0], [1, 0]], [[0, 1], [0, 1]]]), tf.tensor1d([0, 0])); // [0.24, 0.24]
 * ```
 * Source: Chen et al., "A simple framework for contrastive learning of visual representations" (2020), equation 1; as optax `ntxent` with
 * a label for each pair.
 */
export function ntXent(options: NtXentOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, {
    temperature: option.number({ min: 0, exclusiveMin: true, default: 0.5 }),
  });
  return {
    name: 'ntXent',
    config,
    targetKind: 'values',
    perExample(outputs, targets) {
      checkVectors(SCOPE, 2, outputs.shape);
      const [examples, , size] = outputs.shape as [number, number, number];
      const count = 2 * examples;
      const other = (): tf.Tensor =>
        tf.tensor2d(
          Array.from({ length: count * count }, (_, at) =>
            otherView(Math.floor(at / count)) === at % count ? 1 : 0,
          ),
          [count, count],
        );
      const logits = (cosines: tf.Tensor): tf.Tensor =>
        logSoftmax(tf.sub(tf.div(cosines, values.temperature), tf.mul(tf.eye(count), NEVER)));
      const ofViews = between(tf.reshape(outputs, [count, size]), targets, {
        value: (cosines) => tf.neg(tf.sum(tf.mul(logits(cosines), other()), 1)),
        slope: (cosines) => tf.div(tf.sub(tf.exp(logits(cosines)), other()), values.temperature),
      });
      return tf.mean<tf.Tensor1D>(tf.reshape(ofViews, [examples, 2]), 1);
    },
    checkTargets(targets, outputShape) {
      if (outputShape.length > 1) checkVectors(SCOPE, 2, outputShape);
      checkTargetValues(SCOPE, targets, FINITE);
    },
  };
}

/** Of the views of all examples, one after another, the number of the other one of the same example. */
function otherView(view: number): number {
  return view % 2 === 0 ? view + 1 : view - 1;
}
