import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { readOptions } from '@espalier/core';
import { type ImageTransform, pixelTransform } from '../image-transform.js';
import { interval, type RandomRange, randomRange, uniformIn } from '../random-range.js';
import { adjustBrightness, blend, luminance, meanGray, smoothPixels } from './adjust.js';

/** Factors >= 0, around 1. */
export const FACTOR = { center: 1, min: 0 };

/** Options of transforms with one factor. */
export interface FactorOptions {
  /** Factors >= 0, drawn for each image: `v` stands for [max(0, 1 - v), 1 + v], and 1 changes nothing. */
  readonly factor: RandomRange;
}

/**
 * Multiplies images by a factor: 0 is black. As `brightness` of torchvision's `ColorJitter`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomBrightness({ factor: 0.2 })] });
 * ```
 */
export function randomBrightness(options: FactorOptions): ImageTransform {
  return factorTransform('random-brightness', options, adjustBrightness);
}

/**
 * Moves images from or to their mean grey: 0 is that grey. As `contrast` of torchvision's `ColorJitter`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomContrast({ factor: 0.2 })] });
 * ```
 */
export function randomContrast(options: FactorOptions): ImageTransform {
  return factorTransform('random-contrast', options, (pixels, factor) =>
    blend(pixels, meanGray(pixels), factor),
  );
}

/**
 * Moves colors from or to their grey: 0 is a grey image. As `saturation` of torchvision's `ColorJitter`; of 3 channels.
 *
 * @throws EspalierError `invalid-option`; in the first step where images are not of 3 channels.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomSaturation({ factor: 0.3 })] });
 * ```
 */
export function randomSaturation(options: FactorOptions): ImageTransform {
  return factorTransform('random-saturation', options, (pixels, factor) =>
    blend(pixels, luminance(pixels), factor),
  );
}

/**
 * Moves images from or to a smoothed copy: above 1 sharpens. As torchvision's `adjust_sharpness`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomSharpness({ factor: [0.5, 2] })] });
 * ```
 */
export function randomSharpness(options: FactorOptions): ImageTransform {
  return factorTransform('random-sharpness', options, (pixels, factor) =>
    blend(pixels, smoothPixels(pixels), factor),
  );
}

function factorTransform(
  kind: string,
  options: FactorOptions,
  change: (pixels: Tensor4D, factor: Tensor) => Tensor4D,
): ImageTransform {
  const { values, config } = readOptions(kind, options, { factor: randomRange(FACTOR) });
  const factors = interval(values.factor, FACTOR);
  return pixelTransform({ ...config, kind }, (pixels, draw) =>
    change(pixels, uniformIn(draw, 'factor', factors)),
  );
}
