import * as tf from '@tensorflow/tfjs-core';
import { type Given, option, readOptions } from '@espalier/core';
import { log } from '@espalier/core/internal';
import type { ImageTransform } from '../image-transform.js';
import { between } from '../random-range.js';
import { sizeRule } from './random-crop.js';
import { type Interpolation, positions, sampleImages } from './sample.js';

/** Options of {@link randomResizedCrop}. */
export interface RandomResizedCropOptions {
  /** Share of the area that is cut out, from more than 0 to 1. Default [0.08, 1]. */
  readonly scale?: readonly [min: number, max: number];
  /** Width by height of the part, above 0. Default [3 / 4, 4 / 3]. */
  readonly ratio?: readonly [min: number, max: number];
  /** `[height, width]` of the result in pixels. Default: that of the images. */
  readonly size?: readonly [height: number, width: number];
  /** Default `bilinear`. */
  readonly interpolation?: Interpolation;
}

/**
 * Cuts out a part of random area and shape at a random place and resizes it.
 *
 * As torchvision's `RandomResizedCrop`, whose parts begin and end at whole pixels, and which draws again where a part is larger than
 * the image: here its sides are cut to the image's. Where a part is made smaller, it is not smoothed before.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomResizedCrop({ scale: [0.5, 1] })] });
 * ```
 * @see Szegedy et al., Going deeper with convolutions, 2015.
 */
export function randomResizedCrop(options: RandomResizedCropOptions = {}): ImageTransform {
  const { values, config } = readOptions('random-resized-crop', options, {
    scale: pairRule(1, { default: [0.08, 1] }),
    ratio: pairRule(Infinity, { default: [3 / 4, 4 / 3] }),
    size: sizeRule({ optional: true }),
    interpolation: option.oneOf(['bilinear', 'nearest'], { default: 'bilinear' }),
  });
  const { scale, ratio, size, interpolation } = values;
  return {
    name: 'random-resized-crop',
    config,
    apply(images, draw) {
      const [, height, width] = images.shape;
      const [toHeight, toWidth] = size ?? [height, width];
      const area = tf.mul(between(draw.uniform('scale'), ...scale), height * width);
      const shape = tf.exp(between(draw.uniform('ratio'), log(ratio[0]), log(ratio[1])));
      const along = (name: string, have: number, want: number, axis: 1 | 2, long: tf.Tensor): tf.Tensor => {
        const part = tf.minimum(long, have);
        const start = tf.mul(draw.uniform(name), tf.sub(have, part));
        // Centers of pixels, as in every resizing; none is read from outside of the part.
        const at = tf.sub(tf.mul(tf.add(positions(want, axis), 0.5), tf.div(part, want)), 0.5);
        return tf.add(start, tf.minimum(tf.maximum(at, 0), tf.sub(part, 1)));
      };
      const x = along('column', width, toWidth, 2, tf.sqrt(tf.mul(area, shape)));
      const y = along('row', height, toHeight, 1, tf.sqrt(tf.div(area, shape)));
      const how = draw.mask ? 'nearest' : interpolation;
      return sampleImages(images, x, y, { interpolation: how, fillMode: 'nearest', fillValue: 0 });
    },
  };
}

/** The rule of two numbers above 0, the first not above the second. */
export function pairRule<const G extends Given<readonly [min: number, max: number]>>(max: number, given?: G) {
  return option.custom<readonly [min: number, max: number], G>({
    expected: `a pair [min, max] of numbers above 0${max < Infinity ? ` and <= ${max}` : ''}`,
    accepts(value) {
      if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isFinite)) return false;
      const [low, high] = value as [number, number];
      return low > 0 && low <= high && high <= max;
    },
    ...(given as G),
  });
}
