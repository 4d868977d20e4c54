import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { fail } from '../errors.js';
import { oneHot } from './one-hot.js';

/**
 * Labels as rows of probabilities, float32 `[N, classes]`, for plugins that soften or mix them.
 *
 * @param scope Whom an error names.
 * @param target int32 labels `[N]` or `[N, 1]`, or rows `[N, classes]` already.
 * @param key The target's name.
 * @param classes Needed for labels; checked against rows.
 * @throws EspalierError `invalid-option`.
 */
export function labelRows(scope: string, target: Tensor, key: string, classes: number | undefined): Tensor {
  const refuse = (message: string): never => fail('invalid-option', scope, `${message}.`);
  const shape = `[${target.shape}]`;
  if (target.rank === 2 && target.shape[1]! > 1) {
    if (classes !== undefined && classes !== target.shape[1]) {
      refuse(`classes is ${classes}, but target '${key}' has shape ${shape}`);
    }
    return target.dtype === 'float32' ? target : tf.cast(target, 'float32');
  }
  const areLabels =
    target.dtype === 'int32' && (target.rank === 1 || (target.rank === 2 && target.shape[1] === 1));
  if (!areLabels)
    refuse(`target '${key}' must be int32 labels [N] or rows [N, classes], got ${target.dtype} ${shape}`);
  if (classes === undefined)
    return refuse(`target '${key}' has integer labels; give the number of classes as classes`);
  const labels = (target.rank === 1 ? target : tf.reshape(target, [-1])) as Tensor1D;
  return oneHot(labels, classes);
}
