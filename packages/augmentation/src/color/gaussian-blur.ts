import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { EspalierError, option, readOptions } from '@espalier/core';
import { fold } from '../geometry/fill.js';
import { pairRule } from '../geometry/random-resized-crop.js';
import { positions } from '../geometry/sample.js';
import { type ImageTransform, pixelTransform } from '../image-transform.js';
import { uniformIn } from '../random-range.js';

/** Options of {@link gaussianBlur}. */
export interface GaussianBlurOptions {
  /** Pixels of the kernel along each axis: an odd number, 1 to 31. */
  readonly kernelSize: number;
  /** Standard deviations in pixels, above 0, drawn for each image. Default [0.1, 2]. */
  readonly sigma?: readonly [min: number, max: number];
}

/**
 * Smooths images with a normal kernel of random width; what lies outside is mirrored. As torchvision's `GaussianBlur`.
 *
 * @throws EspalierError `invalid-option`; in the first step where images are smaller than half the kernel.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [withProbability(gaussianBlur({ kernelSize: 3 }), 0.5)] });
 * ```
 */
export function gaussianBlur(options: GaussianBlurOptions): ImageTransform {
  const { values, config } = readOptions('gaussian-blur', options, {
    kernelSize: option.custom<number>({
      expected: 'an odd number, 1 to 31',
      accepts: (value) =>
        Number.isInteger(value) &&
        (value as number) % 2 === 1 &&
        (value as number) > 0 &&
        (value as number) <= 31,
    }),
    sigma: pairRule(Infinity, { default: [0.1, 2] }),
  });
  const half = (values.kernelSize - 1) / 2;
  return pixelTransform({ ...config, kind: 'gaussian-blur' }, (pixels, draw) => {
    const [, height, width] = pixels.shape;
    if (Math.min(height, width) <= half) {
      throw new EspalierError({
        code: 'invalid-option',
        scope: 'gaussian-blur',
        message: `images of ${height} x ${width} are too small for a kernel of ${values.kernelSize}: give them more than ${half} pixels.`,
      });
    }
    const sigma = uniformIn(draw, 'sigma', values.sigma);
    const weights = Array.from({ length: half + 1 }, (_, distance) =>
      tf.exp(tf.div(-0.5 * distance * distance, tf.square(sigma))),
    );
    const all = weights.reduce((sum, weight) => tf.add(sum, tf.mul(weight, 2)), tf.neg(weights[0]!));
    const shares = weights.map((weight) => tf.div(weight, all));
    return alongAxis(alongAxis(pixels, 1, shares), 2, shares);
  });
}

/** Adds up what lies so far away, to both sides, times its share. */
function alongAxis(pixels: Tensor4D, axis: 1 | 2, shares: readonly Tensor[]): Tensor4D {
  const size = pixels.shape[axis];
  const moved = (by: number): Tensor => {
    const { position } = fold(tf.add(positions(size, axis), by), size, 'reflect');
    return tf.gather(pixels, tf.cast(tf.reshape(position, [-1]), 'int32'), axis);
  };
  return shares
    .map((share, distance) =>
      tf.mul(distance === 0 ? pixels : tf.add(moved(distance), moved(-distance)), share),
    )
    .reduce((sum, term) => tf.add(sum, term)) as Tensor4D;
}
