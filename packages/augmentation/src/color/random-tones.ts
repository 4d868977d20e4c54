import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { option, readOptions } from '@espalier/core';
import { choose, chosenWith } from '../choose.js';
import type { Draw } from '../draw.js';
import { pairRule } from '../geometry/random-resized-crop.js';
import { type ImageTransform, pixelTransform } from '../image-transform.js';
import { uniformIn } from '../random-range.js';
import { luminance, posterizePixels, solarizePixels, stretchPixels } from './adjust.js';
import { equalizePixels } from './equalize-pixels.js';

/** Options of transforms that some images get. */
export interface ChanceOptions {
  /** Share of the images, 0 to 1. Default 0.5, of {@link randomGrayscale} 0.1. */
  readonly probability?: number;
}

/**
 * Makes some images grey; the channels stay. As torchvision's `RandomGrayscale`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomGrayscale()] });
 * ```
 */
export function randomGrayscale(options: ChanceOptions = {}): ImageTransform {
  return chance('random-grayscale', options, 0.1, (pixels) =>
    tf.add(luminance(pixels), tf.zerosLike(pixels)),
  );
}

/**
 * Makes negatives of some images, `max + min - x`. As torchvision's `RandomInvert`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomInvert({ probability: 0.1 })] });
 * ```
 */
export function randomInvert(options: ChanceOptions = {}): ImageTransform {
  return chance('random-invert', options, 0.5, (pixels) => tf.sub(1, pixels));
}

/**
 * Stretches each channel of some images to the whole range. As torchvision's `RandomAutocontrast`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [autoContrast()] });
 * ```
 */
export function autoContrast(options: ChanceOptions = {}): ImageTransform {
  return chance('auto-contrast', options, 0.5, stretchPixels);
}

/**
 * Evens out the histogram of each channel of some images, over 256 levels. As torchvision's `RandomEqualize`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [equalize({ probability: 0.2 })] });
 * ```
 */
export function equalize(options: ChanceOptions = {}): ImageTransform {
  return chance('equalize', options, 0.5, equalizePixels);
}

/** Options of {@link randomSolarize}. */
export interface RandomSolarizeOptions extends ChanceOptions {
  /** Where negatives begin, as a share of the range, 0 to 1. */
  readonly threshold: number;
}

/**
 * Makes negatives of all values from a threshold on, in some images. As torchvision's `RandomSolarize`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomSolarize({ threshold: 0.5 })] });
 * ```
 */
export function randomSolarize(options: RandomSolarizeOptions): ImageTransform {
  const { values, config } = readOptions('random-solarize', options, {
    threshold: option.number({ min: 0, max: 1 }),
    probability: option.number({ min: 0, max: 1, default: 0.5 }),
  });
  return someOf(config, 'random-solarize', values.probability, (pixels) =>
    solarizePixels(pixels, tf.scalar(values.threshold)),
  );
}

/** Options of {@link randomPosterize}. */
export interface RandomPosterizeOptions extends ChanceOptions {
  /** Bits that are kept of each value: there are 2^bits levels, 1 to 8. */
  readonly bits: number;
}

/**
 * Leaves few levels of each channel, in some images. As torchvision's `RandomPosterize` of floats.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomPosterize({ bits: 4 })] });
 * ```
 */
export function randomPosterize(options: RandomPosterizeOptions): ImageTransform {
  const { values, config } = readOptions('random-posterize', options, {
    bits: option.integer({ min: 1, max: 8 }),
    probability: option.number({ min: 0, max: 1, default: 0.5 }),
  });
  return someOf(config, 'random-posterize', values.probability, (pixels) =>
    posterizePixels(pixels, tf.scalar(2 ** values.bits)),
  );
}

/** Options of {@link randomGamma}. */
export interface RandomGammaOptions {
  /** Exponents above 0, `[min, max]`: above 1 darkens. */
  readonly gamma: readonly [min: number, max: number];
}

/**
 * Raises values to a random power, `x^gamma`, within the range. As torchvision's `adjust_gamma`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomGamma({ gamma: [0.8, 1.25] })] });
 * ```
 */
export function randomGamma(options: RandomGammaOptions): ImageTransform {
  const { values, config } = readOptions('random-gamma', options, {
    gamma: pairRule(Infinity),
  });
  return pixelTransform({ ...config, kind: 'random-gamma' }, (pixels, draw) =>
    tf.pow(tf.clipByValue(pixels, 0, 1), uniformIn(draw, 'gamma', values.gamma)),
  );
}

function chance(
  kind: string,
  options: ChanceOptions,
  probability: number,
  change: (pixels: Tensor4D) => Tensor4D,
): ImageTransform {
  const { values, config } = readOptions(kind, options, {
    probability: option.number({ min: 0, max: 1, default: probability }),
  });
  return someOf(config, kind, values.probability, change);
}

function someOf(
  config: ImageTransform['config'],
  kind: string,
  probability: number,
  change: (pixels: Tensor4D) => Tensor4D,
): ImageTransform {
  return pixelTransform({ ...config, kind }, (pixels: Tensor4D, draw: Draw) => {
    if (probability === 0) return pixels;
    const changed = change(pixels);
    return probability === 1
      ? changed
      : choose(chosenWith(probability, draw.uniform('chosen')), changed, pixels);
  });
}
