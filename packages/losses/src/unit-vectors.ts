import * as tf from '@tensorflow/tfjs-core';
import { flat } from './flat.js';

/** The least norm that a vector is divided by: Keras's bound of its square is 1e-12. */
const LEAST_NORM = 1e-6;

/**
 * Vectors along the last axis, divided by their norm; `free` is 1 where the norm is that of the vector, 0 where it is the bound, so that it
 * does not move.
 */
export function unit(x: tf.Tensor): { vector: tf.Tensor; norm: tf.Tensor; free: tf.Tensor } {
  // Scaled first: squares of numbers like 1e-30 or 1e30 leave float32.
  const largest = tf.max(tf.abs(x), -1, true);
  const scale = tf.where(
    flat(largest, (own) => tf.greater(own, LEAST_NORM)),
    largest,
    tf.fill(largest.shape, LEAST_NORM),
  );
  const scaled = tf.div(x, scale);
  const length = tf.mul(tf.sqrt(tf.sum(tf.square(scaled), -1, true)), scale);
  const free = flat(length, (own) => tf.cast(tf.greater(own, LEAST_NORM), 'float32'));
  const norm = tf.add(tf.mul(free, length), tf.mul(tf.sub(1, free), LEAST_NORM));
  return { vector: tf.div(x, norm), norm, free };
}
