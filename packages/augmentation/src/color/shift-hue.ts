import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asMask } from '../choose.js';
import { checkColors } from './adjust.js';

/**
 * Turns the hue of images in HSV: saturation and value stay. As torchvision's `adjust_hue`.
 *
 * @param pixels `[N, H, W, 3]` in [0, 1].
 * @param turns Shares of a full turn, `[N, 1, 1, 1]`.
 */
export function shiftHue(pixels: Tensor4D, turns: Tensor): Tensor4D {
  checkColors(pixels, 'hues');
  const [count, height, width] = pixels.shape;
  const channel = (which: number): Tensor => tf.slice(pixels, [0, 0, 0, which], [count, height, width, 1]);
  const [red, green, blue] = [channel(0), channel(1), channel(2)];
  const value = tf.max(pixels, 3, true);
  const chroma = tf.sub(value, tf.min(pixels, 3, true));
  // Grey has no hue, and any does: its chroma is 0.
  const divisor = tf.add(chroma, asMask(tf.equal(chroma, 0)));
  const isRed = asMask(tf.equal(red, value));
  const isGreen = tf.mul(tf.sub(1, isRed), asMask(tf.equal(green, value)));
  const isBlue = tf.sub(tf.sub(1, isRed), isGreen);
  const sixth = (a: Tensor, b: Tensor, start: number): Tensor => tf.add(tf.div(tf.sub(a, b), divisor), start);
  const hue = tf.addN([
    tf.mul(isRed, sixth(green, blue, 0)),
    tf.mul(isGreen, sixth(blue, red, 2)),
    tf.mul(isBlue, sixth(red, green, 4)),
  ]);
  const turned = tf.add(hue, tf.mul(turns, 6));
  // Red, green and blue fall from the value by the chroma where the hue is far from theirs, in a ramp of one sixth.
  const channels = [5, 3, 1].map((place) => {
    const at = tf.add(turned, place);
    const k = tf.sub(at, tf.mul(tf.floor(tf.div(at, 6)), 6));
    const away = tf.clipByValue(tf.minimum(k, tf.sub(4, k)), 0, 1);
    return tf.sub(value, tf.mul(chroma, away));
  });
  return tf.concat(channels, 3) as Tensor4D;
}
