import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Halvings that bring the bracket of the threshold, as wide as the radius, down to float32's rounding. */
const HALVINGS = 24;

/**
 * The projection of vectors onto the simplex `{x >= 0, sum(x) = radius}` along `axes`: `max(w - t, 0)`, with t such that the sum is
 * right. Sorting finds t exactly, and a step cannot sort: t is found by halving its bracket, and then exactly, as the threshold of
 * those weights that the halving left above it. A NaN stays one.
 */
export function ontoSimplex(w: Tensor, radius: number, axes: readonly number[]): Tensor {
  const sum = (x: Tensor): Tensor => tf.sum(x, [...axes], true);
  // A shift changes nothing of the projection; without it, weights much larger than the radius would leave t no digits.
  const v = tf.sub(w, tf.max(w, [...axes], true));
  let low: Tensor = tf.fill(sum(v).shape, -radius);
  let width = radius;
  for (let i = 0; i < HALVINGS; i++) {
    width /= 2;
    const middle = tf.add(low, width);
    low = tf.where(tf.greaterEqual(sum(tf.relu(tf.sub(v, middle))), radius), middle, low);
  }
  const above = tf.cast(tf.greater(v, low), 'float32');
  const threshold = tf.div(tf.sub(sum(tf.mul(v, above)), radius), sum(above));
  const moved = tf.sub(v, threshold);
  // Not tf.relu, which drops a NaN on some backends.
  return tf.where(tf.less(moved, 0), tf.zerosLike(moved), moved);
}
