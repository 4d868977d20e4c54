import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Draw } from '../draw.js';
import { positions, sampleImages, type Sampling } from './sample.js';

/** An affine map of each image about its center; each entry `[N, 1, 1, 1]` or a scalar, and left out where it changes nothing. */
export interface AffineMap {
  /** Radians, counter-clockwise. */
  readonly angle?: Tensor;
  /** Tangents of the angles by which columns and rows lean. */
  readonly shearX?: Tensor;
  readonly shearY?: Tensor;
  /** Factors, above 1 enlarges. */
  readonly scaleX?: Tensor;
  readonly scaleY?: Tensor;
  /** Pixels, to the right and down. */
  readonly shiftX?: Tensor;
  readonly shiftY?: Tensor;
}

/**
 * Maps images: each is scaled, sheared, turned and moved, in this order, as `torchvision`'s `affine`, and sampled once.
 *
 * A pixel of the result at `p` is read at `S^-1 H^-1 R^-1 (p - center - shift) + center`.
 */
export function mapImages(images: Tensor4D, map: AffineMap, sampling: Sampling, draw: Draw): Tensor4D {
  const [, height, width] = images.shape;
  const [centerX, centerY] = [(width - 1) / 2, (height - 1) / 2];
  let x: Tensor = tf.sub(positions(width, 2), centerX);
  let y: Tensor = tf.sub(positions(height, 1), centerY);
  if (map.shiftX) x = tf.sub(x, map.shiftX);
  if (map.shiftY) y = tf.sub(y, map.shiftY);
  if (map.angle) {
    // Rows are counted downwards: counter-clockwise to the eye is clockwise in these coordinates, and this is the inverse.
    const [cosine, sine] = [tf.cos(map.angle), tf.sin(map.angle)];
    [x, y] = [tf.sub(tf.mul(cosine, x), tf.mul(sine, y)), tf.add(tf.mul(sine, x), tf.mul(cosine, y))];
  }
  // H = [1 -tanX; -tanY 1+tanX tanY], torchvision's, whose inverse is [1+tanX tanY, tanX; tanY, 1].
  if (map.shearX || map.shearY) {
    const [tanX, tanY] = [map.shearX ?? tf.scalar(0), map.shearY ?? tf.scalar(0)];
    [x, y] = [tf.add(tf.mul(tf.add(1, tf.mul(tanX, tanY)), x), tf.mul(tanX, y)), tf.add(tf.mul(tanY, x), y)];
  }
  if (map.scaleX) x = tf.div(x, map.scaleX);
  if (map.scaleY) y = tf.div(y, map.scaleY);
  const how = draw.mask ? ({ ...sampling, interpolation: 'nearest', fillValue: 0 } as const) : sampling;
  return sampleImages(images, tf.add(x, centerX), tf.add(y, centerY), how);
}

/** Degrees as radians. */
export const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The tangent of angles. */
export function tangent(angle: Tensor): Tensor {
  return tf.div(tf.sin(angle), tf.cos(angle));
}
