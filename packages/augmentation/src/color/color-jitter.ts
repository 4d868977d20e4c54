import { readOptions } from '@espalier/core';
import { type ImageTransform, pixelTransform } from '../image-transform.js';
import { interval, type RandomRange, randomRange, uniformIn } from '../random-range.js';
import { adjustBrightness, blend, luminance, meanGray } from './adjust.js';
import { FACTOR } from './random-factors.js';
import { shiftHue } from './shift-hue.js';

/** Shares of a full turn, around 0. */
const TURN = { center: 0, min: -0.5, max: 0.5 };

/** Options of {@link colorJitter}; what is left out stays as it is. */
export interface ColorJitterOptions {
  /** Factors >= 0; `v` stands for [max(0, 1 - v), 1 + v]. */
  readonly brightness?: RandomRange;
  /** Factors >= 0. */
  readonly contrast?: RandomRange;
  /** Factors >= 0. */
  readonly saturation?: RandomRange;
  /** Shares of a full turn, from -0.5 to 0.5; `v` stands for [-v, v]. */
  readonly hue?: RandomRange;
}

/**
 * Changes brightness, contrast, saturation and hue of images by random amounts.
 *
 * As torchvision's `ColorJitter`, in this order for all: torchvision draws the order. Saturation and hue are of 3 channels.
 *
 * @throws EspalierError `invalid-option`; in the first step where images are not of 3 channels.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [colorJitter({ brightness: 0.2, contrast: 0.2, hue: 0.05 })] });
 * ```
 */
export function colorJitter(options: ColorJitterOptions): ImageTransform {
  const { values, config } = readOptions('color-jitter', options, {
    brightness: randomRange(FACTOR, { optional: true }),
    contrast: randomRange(FACTOR, { optional: true }),
    saturation: randomRange(FACTOR, { optional: true }),
    hue: randomRange(TURN, { optional: true }),
  });
  const { brightness, contrast, saturation, hue } = values;
  return pixelTransform({ ...config, kind: 'color-jitter' }, (pixels, draw) => {
    const factor = (name: string, value: RandomRange) => uniformIn(draw, name, interval(value, FACTOR));
    let now = pixels;
    if (brightness !== undefined) now = adjustBrightness(now, factor('brightness', brightness));
    if (contrast !== undefined) now = blend(now, meanGray(now), factor('contrast', contrast));
    if (saturation !== undefined) now = blend(now, luminance(now), factor('saturation', saturation));
    if (hue !== undefined) now = shiftHue(now, uniformIn(draw, 'hue', interval(hue, TURN)));
    return now;
  });
}

/** Options of {@link randomHue}. */
export interface RandomHueOptions {
  /** Shares of a full turn, from -0.5 to 0.5; `v` stands for [-v, v]. */
  readonly turn: RandomRange;
}

/**
 * Turns the hue of images. As `hue` of torchvision's `ColorJitter`; of 3 channels.
 *
 * @throws EspalierError `invalid-option`; in the first step where images are not of 3 channels.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomHue({ turn: 0.05 })] });
 * ```
 */
export function randomHue(options: RandomHueOptions): ImageTransform {
  const { values, config } = readOptions('random-hue', options, { turn: randomRange(TURN) });
  return pixelTransform({ ...config, kind: 'random-hue' }, (pixels, draw) =>
    shiftHue(pixels, uniformIn(draw, 'turn', interval(values.turn, TURN))),
  );
}
