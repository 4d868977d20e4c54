import * as tf from '@tensorflow/tfjs-core';
import { checkTargetValues, failData, formatShape } from '@espalier/core/internal';
import { YES_OR_NO } from './allowed-targets.js';
import type { HostArray } from '@espalier/core';
import { flat } from './flat.js';

type Shape = readonly (number | null)[];

/** Checks outputs `[N, count, D]`: `count` vectors for each example. @throws EspalierError `invalid-data`. */
export function checkVectors(scope: string, count: number, outputs: Shape): void {
  if (outputs.length === 3 && (outputs[1] === count || outputs[1] === null)) return;
  failData(
    scope,
    `outputs must be [N, ${count}, D], ${count} vectors for each example, got ${formatShape(outputs)}; reshape the model's output.`,
  );
}

/** Targets `[N]` or `[N, 1]`, 0 or 1, as `[N, 1]`. @throws EspalierError `invalid-data`. */
export function oneAnswer(scope: string, targets: tf.Tensor): tf.Tensor {
  checkOneAnswer(scope, targets.shape);
  return tf.reshape(tf.cast(targets, 'float32'), [-1, 1]);
}

/** Checks targets in plain memory likewise. */
export function checkAnswers(scope: string, targets: HostArray): void {
  checkOneAnswer(scope, targets.shape);
  checkTargetValues(scope, targets, YES_OR_NO);
}

function checkOneAnswer(scope: string, shape: Shape): void {
  if (shape.length === 1 || (shape.length === 2 && shape[1] === 1)) return;
  failData(scope, `targets must be [N] or [N, 1], 0 or 1 for each example, got ${formatShape(shape)}.`);
}

/** Vector `index` of each example, `[N, D]` of `[N, count, D]`. */
export function vectorAt(outputs: tf.Tensor, index: number): tf.Tensor {
  const [examples, , size] = outputs.shape as [number, number, number];
  return tf.reshape(tf.slice(outputs, [0, index, 0], [examples, 1, size]), [examples, size]);
}

/** Euclidean length `[N, 1]` of vectors `[N, D]`, and the direction that it grows in, 0 where it is 0. */
export function lengthOf(difference: tf.Tensor): { length: tf.Tensor; direction: tf.Tensor } {
  const largest = tf.max(tf.abs(difference), 1, true);
  const scale = tf.where(
    flat(largest, (own) => tf.equal(own, 0)),
    tf.onesLike(largest),
    largest,
  );
  const scaled = tf.div(difference, scale);
  const length = tf.sqrt(tf.sum(tf.square(scaled), 1, true));
  const direction = tf.div(scaled, tf.maximum(length, 1e-6));
  return { length: tf.mul(length, scale), direction };
}
