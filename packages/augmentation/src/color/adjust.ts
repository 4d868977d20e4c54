import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { EspalierError } from '@espalier/core';
import { asMask, choose } from '../choose.js';

/* Changes of pixels in [0, 1], `[N, H, W, C]`; factors are `[N, 1, 1, 1]` or scalars. Formulas are torchvision's for floats. */

/** Into [0, 1]. */
const clip = (pixels: Tensor4D): Tensor4D => tf.clipByValue(pixels, 0, 1);

/** `factor * pixels + (1 - factor) * other`, within [0, 1]. */
export function blend(pixels: Tensor4D, other: Tensor, factor: Tensor): Tensor4D {
  return clip(tf.add(tf.mul(pixels, factor), tf.mul(other, tf.sub(1, factor))));
}

/** `factor * pixels`, within [0, 1]. */
export function adjustBrightness(pixels: Tensor4D, factor: Tensor): Tensor4D {
  return clip(tf.mul(pixels, factor));
}

/** Mean of the grey values of each image, `[N, 1, 1, 1]`. */
export function meanGray(pixels: Tensor4D): Tensor4D {
  return tf.mean(luminance(pixels), [1, 2, 3], true);
}

/** Grey values, `[N, H, W, 1]`: 0.2989 R + 0.587 G + 0.114 B (ITU-R 601). */
export function luminance(pixels: Tensor4D): Tensor4D {
  if (pixels.shape[3] === 1) return pixels;
  checkColors(pixels, 'gray values');
  return tf.sum(tf.mul(pixels, tf.tensor([0.2989, 0.587, 0.114], [1, 1, 1, 3])), 3, true);
}

/** Values from the threshold on become `1 - value`. */
export function solarizePixels(pixels: Tensor4D, threshold: Tensor): Tensor4D {
  return choose(asMask(tf.greaterEqual(pixels, threshold)), tf.sub<Tensor4D>(1, pixels), pixels);
}

/** Values on `levels` steps, rounded down. */
export function posterizePixels(pixels: Tensor4D, levels: Tensor): Tensor4D {
  const step = tf.minimum(tf.maximum(tf.floor(tf.mul(pixels, levels)), 0), tf.sub(levels, 1));
  return tf.div(step, levels);
}

/** Each channel of each image stretched to [0, 1]; one of a single value stays. */
export function stretchPixels(pixels: Tensor4D): Tensor4D {
  const [low, high] = [tf.min(pixels, [1, 2], true), tf.max(pixels, [1, 2], true)];
  const flat = asMask(tf.equal(low, high));
  const range = tf.add(tf.sub(high, low), flat);
  return clip(tf.div(tf.sub(pixels, tf.mul(low, tf.sub(1, flat))), range));
}

/** Means with the neighbors, weights 1 and 5 in the middle; the border stays. */
export function smoothPixels(pixels: Tensor4D): Tensor4D {
  const [count, height, width, channels] = pixels.shape;
  if (height < 3 || width < 3) return pixels;
  let sum: Tensor4D | undefined;
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      const part = tf.slice(pixels, [0, row, column, 0], [count, height - 2, width - 2, channels]);
      const weighted = tf.mul<Tensor4D>(part, (row === 1 && column === 1 ? 5 : 1) / 13);
      sum = sum ? tf.add<Tensor4D>(sum, weighted) : weighted;
    }
  }
  const around: [number, number][] = [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ];
  const inner = tf.pad(tf.ones([1, height - 2, width - 2, 1]), around);
  return tf.add(tf.pad(sum!, around), tf.mul(pixels, tf.sub(1, inner)));
}

/** @throws EspalierError `invalid-option` for images without three channels. */
export function checkColors(pixels: Tensor4D, what: string): void {
  const channels = pixels.shape[3];
  if (channels === 3) return;
  throw new EspalierError({
    code: 'invalid-option',
    scope: 'augmentation',
    message: `${what} are of images of 3 channels, red, green and blue; these have ${channels}.`,
  });
}
