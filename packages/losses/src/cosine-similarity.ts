import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { checkSameShape, checkTargetValues, FINITE } from '@espalier/core/internal';
import { rowLoss } from './row-loss.js';
import { unit } from './unit-vectors.js';

const SCOPE = 'cosine-similarity';

/**
 * Negative cosine of the angle between outputs and targets: -1 where they point the same way, 1 where the opposite way.
 *
 * ```text
 * u(x) = x / max(norm2(x), 1e-6)
 * loss_n = -u(y_n) . u(t_n),   d loss_n / d y_n = -(u(t_n) - u(y_n) (u(y_n) . u(t_n))) / norm2(y_n)
 * ```
 *
 * Outputs and targets have the same shape `[N, ..., C]`; vectors stand along the last axis, of several the loss is the mean.
 *
 * @returns A {@link Loss}: per example `[N]`, from -1 to 1.
 * @throws EspalierError `invalid-data` from the loss, for shapes that differ and targets that are not finite.
 * @example
 * ```ts
 * cosineSimilarity().perExample(tf.tensor2d([[3, 0]]), tf.tensor2d([[1, 1]])); // [-sqrt(1 / 2)]
 * ```
 * Source: as Keras `CosineSimilarity`; PyTorch `CosineEmbeddingLoss` of pairs alike is 1 plus this.
 */
export function cosineSimilarity(options: Readonly<Record<string, never>> = {}): Loss {
  const { config } = readOptions(SCOPE, options, {});
  return rowLoss({
    name: 'cosineSimilarity',
    config,
    targetKind: 'values',
    prepare(outputs, targets) {
      checkSameShape(SCOPE, outputs.shape, targets.shape);
      return tf.reshape(tf.cast(targets, 'float32'), [-1, outputs.rank === 1 ? 1 : outputs.shape.at(-1)!]);
    },
    value: (output, target) => tf.neg(tf.sum(tf.mul(unit(output).vector, unit(target).vector), 1)),
    slope(output, target) {
      const { vector, norm, free } = unit(output);
      const wanted = unit(target).vector;
      const cosine = tf.sum(tf.mul(vector, wanted), 1, true);
      return tf.div(tf.sub(tf.mul(vector, tf.mul(cosine, free)), wanted), norm);
    },
    checkTargets(targets, outputShape) {
      if (outputShape.length > 1) checkSameShape(SCOPE, outputShape, [null, ...targets.shape.slice(1)]);
      checkTargetValues(SCOPE, targets, FINITE);
    },
  });
}
