import * as tf from '@tensorflow/tfjs-core';
import { failData, formatShape } from '../data/shapes.js';

/** What a loss or metric of one output looks at. */
export interface Rows {
  readonly outputs: tf.Tensor;
  readonly targets: tf.Tensor;
  /** `[N]` weights of the examples, if there are any. */
  readonly weights?: tf.Tensor | undefined;
}

/**
 * The steps of sequences as examples of their own, those that a mask hides with weight 0.
 *
 * @param rows Outputs and targets `[N, T, ...]`, weights `[N]`.
 * @param mask `[N, T]` float32, 1 for steps that count.
 * @returns `[N T, ...]` and weights `[N T]`.
 */
export function maskedRows({ outputs, targets, weights }: Rows, mask: tf.Tensor): Required<Rows> {
  const [examples, steps] = mask.shape as [number, number];
  if (targets.shape[0] !== examples || targets.shape[1] !== steps) {
    failData(
      'trainer',
      `the model masks steps of its output ${formatShape(outputs.shape)}, so its targets must begin with ` +
        `${formatShape(mask.shape)}, got ${formatShape(targets.shape)}.`,
    );
  }
  const flat = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [examples * steps, ...x.shape.slice(2)]);
  const weighted = weights ? tf.mul(mask, tf.reshape(weights, [-1, 1])) : mask;
  return { outputs: flat(outputs), targets: flat(targets), weights: tf.reshape(weighted, [-1]) };
}
