import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '@espalier/core';
import type { Draw } from './draw.js';

/**
 * A random change of a batch of images, as a pure function of tensors: compiled steps trace it once.
 *
 * One of your own is such an object; use TensorFlow.js' operations and the numbers of `draw`, nothing else that varies.
 */
export interface ImageTransform {
  /** Says in errors and random streams which it is. */
  readonly name: string;
  /** The options it was made with, for records. */
  readonly config: Config;
  /**
   * @param images `[N, H, W, C]` float32.
   * @param draw The random numbers of this transform and step.
   * @returns `[N, H, W, C]` float32; some transforms change H and W.
   */
  apply(images: Tensor4D, draw: Draw): Tensor4D;
}

/**
 * A transform that changes values and moves nothing: it leaves masks alone.
 *
 * @param change Gets pixels in [0, 1] whatever the range of the data.
 */
export function pixelTransform(
  config: Config & { readonly kind: string },
  change: (pixels: Tensor4D, draw: Draw) => Tensor4D,
): ImageTransform {
  return {
    name: config.kind,
    config,
    apply: (images, draw) =>
      draw.mask ? images : inUnitRange(images, draw.range, (pixels) => change(pixels, draw)),
  };
}

/** Runs `change` on pixels in [0, 1], and gives the result in the range that they came in. */
export function inUnitRange(
  images: Tensor4D,
  [low, high]: readonly [number, number],
  change: (pixels: Tensor4D) => Tensor4D,
): Tensor4D {
  if (low === 0 && high === 1) return change(images);
  const size = high - low;
  return tf.add(tf.mul(change(tf.div(tf.sub(images, low), size)), size), low);
}
