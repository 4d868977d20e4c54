import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asMask, choose } from '../choose.js';

const LEVELS = 256;

/**
 * Evens out the histogram of each channel of each image over 256 levels: as torchvision's `equalize` of floats, to the level.
 *
 * @param pixels In [0, 1].
 */
export function equalizePixels(pixels: Tensor4D): Tensor4D {
  const [count, height, width, channels] = pixels.shape;
  const groups = count * channels;
  const level = tf.floor(tf.mul<Tensor4D>(tf.clipByValue(pixels, 0, 1), 255.999));
  const starts = Int32Array.from({ length: groups }, (_, i) => i * LEVELS);
  const first = tf.tensor(starts, [count, 1, 1, channels], 'int32');
  const ids = tf.reshape(tf.add(tf.cast(level, 'int32'), first), [-1]) as Tensor1D;

  const below = tf.cumsum(histograms(level), 1, true);
  const highest = asMask(tf.equal(level, tf.max(level, [1, 2], true)));
  const atHighest = tf.reshape(tf.sum(highest, [1, 2]), [groups, 1]);
  // Whole numbers below 2^24: floors of their quotients are exact.
  const step = tf.floor(tf.div(tf.sub(height * width, atHighest), LEVELS - 1));
  const divisor = tf.maximum(step, 1);
  const raised = tf.add(below, tf.floor(tf.mul(step, 0.5)));
  const table: Tensor = tf.clipByValue(tf.floor(tf.div(raised, divisor)), 0, LEVELS - 1);

  const even = tf.reshape(tf.gather(tf.reshape(table, [-1]), ids), pixels.shape) as Tensor4D;
  const possible = asMask(tf.greater(tf.reshape(step, [count, 1, 1, channels]), 0));
  return choose(possible, tf.div<Tensor4D>(even, LEVELS - 1), pixels);
}

/**
 * How often each level comes in each channel of each image, `[N * C, 256]`.
 *
 * As a product of what is 1 at the upper and at the lower four bits of a level: sums by segment are slow on some backends.
 */
function histograms(level: Tensor4D): Tensor2D {
  const [count, height, width, channels] = level.shape;
  const values = tf.reshape(tf.transpose(level, [0, 3, 1, 2]), [count * channels, height * width, 1]);
  const upper = tf.floor(tf.div(values, 16));
  const lower = tf.sub(values, tf.mul(upper, 16));
  const sixteen = tf.tensor(
    Float32Array.from({ length: 16 }, (_, i) => i),
    [1, 1, 16],
  );
  const at = (bits: Tensor): Tensor3D => asMask(tf.equal(bits, sixteen)) as Tensor3D;
  return tf.reshape(tf.matMul(at(upper), at(lower), true), [count * channels, LEVELS]) as Tensor2D;
}
