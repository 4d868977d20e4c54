import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { option, readOptions } from '@espalier/core';
import { type ImageTransform, pixelTransform } from '../image-transform.js';
import { asMask, choose } from '../choose.js';

/** Options of {@link pixelNoise}. */
export interface PixelNoiseOptions {
  /** Standard deviation >= 0 as a share of the range of pixels. */
  readonly stddev: number;
  /** Whether values are cut to the range. Default true. */
  readonly clip?: boolean;
}

/**
 * Adds normal noise to each value. As torchvision's `GaussianNoise`; `gaussianNoise` of `@espalier/regularizers` adds it to any input.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [pixelNoise({ stddev: 0.05 })] });
 * ```
 */
export function pixelNoise(options: PixelNoiseOptions): ImageTransform {
  const { values, config } = readOptions('pixel-noise', options, {
    stddev: option.number({ min: 0 }),
    clip: option.boolean({ default: true }),
  });
  const { stddev, clip } = values;
  return pixelTransform({ ...config, kind: 'pixel-noise' }, (pixels, draw) => {
    if (stddev === 0) return pixels;
    const noisy = tf.add<Tensor4D>(pixels, tf.mul(draw.normals('noise', pixels.shape), stddev));
    return clip ? tf.clipByValue(noisy, 0, 1) : noisy;
  });
}

/** Options of {@link saltAndPepper}. */
export interface SaltAndPepperOptions {
  /** Share of the pixels that are lost, 0 to 1: half become the least value, half the largest. */
  readonly amount: number;
}

/**
 * Makes random pixels black or white in all channels.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [saltAndPepper({ amount: 0.02 })] });
 * ```
 */
export function saltAndPepper(options: SaltAndPepperOptions): ImageTransform {
  const { values, config } = readOptions('salt-and-pepper', options, {
    amount: option.number({ min: 0, max: 1 }),
  });
  const { amount } = values;
  return pixelTransform({ ...config, kind: 'salt-and-pepper' }, (pixels, draw) => {
    if (amount === 0) return pixels;
    const numbers = draw.uniforms('lost', [...pixels.shape.slice(0, 3), 1]);
    const lost = asMask(tf.less(numbers, amount));
    const white = asMask(tf.less(numbers, amount / 2));
    return choose(lost, tf.add<Tensor4D>(white, tf.zerosLike(pixels)), pixels);
  });
}
