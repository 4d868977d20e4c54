import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { EspalierError, type Given, option, readOptions } from '@espalier/core';
import type { ImageTransform } from '../image-transform.js';
import { wholeBelow } from '../random-range.js';
import { positions, sampleImages, type SamplingOptions, samplingRules } from './sample.js';

/** Options of {@link randomCrop}. */
export interface RandomCropOptions extends Omit<SamplingOptions, 'interpolation'> {
  /** `[height, width]` of the result in pixels. Default: that of the images. */
  readonly size?: readonly [height: number, width: number];
  /** Pixels >= 0 that are added on each side before. Default 0. */
  readonly padding?: number;
}

/**
 * Pads images and cuts out a part, at a place that is uniform among all. As torchvision's `RandomCrop`.
 *
 * With padding and the size of the images, it shifts by up to `padding` pixels: the usual augmentation of CIFAR-10. A
 * smaller size needs a model that takes it: see `resize` and `transformImages` for evaluation.
 *
 * @throws EspalierError `invalid-option`; in the first step where the padded images are smaller than `size`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomCrop({ padding: 4 }), horizontalFlip()] });
 * ```
 */
export function randomCrop(options: RandomCropOptions = {}): ImageTransform {
  const { interpolation: _, ...rules } = samplingRules;
  const { values, config } = readOptions('random-crop', options, {
    size: sizeRule({ optional: true }),
    padding: option.integer({ min: 0, default: 0 }),
    ...rules,
  });
  const { size, padding, fillMode, fillValue } = values;
  return {
    name: 'random-crop',
    config,
    apply(images, draw) {
      const [, height, width] = images.shape;
      const [toHeight, toWidth] = size ?? [height, width];
      const room = (have: number, want: number): number => have + 2 * padding - want;
      if (room(height, toHeight) < 0 || room(width, toWidth) < 0) {
        throw new EspalierError({
          code: 'invalid-option',
          scope: 'random-crop',
          message: `images of ${height} x ${width} with ${padding} pixels of padding have no part of ${toHeight} x ${toWidth}.`,
        });
      }
      const from = (name: string, have: number, want: number): Tensor =>
        tf.sub(wholeBelow(draw.uniform(name), room(have, want) + 1), padding);
      return sampleImages(
        images,
        tf.add(positions(toWidth, 2), from('column', width, toWidth)),
        tf.add(positions(toHeight, 1), from('row', height, toHeight)),
        { interpolation: 'nearest', fillMode, fillValue: draw.mask ? 0 : fillValue },
      );
    },
  };
}

/** The rule of a height and a width in pixels. */
export function sizeRule<const G extends Given<readonly [height: number, width: number]>>(given?: G) {
  return option.custom<readonly [height: number, width: number], G>({
    expected: 'a height and a width in pixels, two whole numbers >= 1',
    accepts: (value) =>
      Array.isArray(value) &&
      value.length === 2 &&
      value.every((one) => Number.isSafeInteger(one) && (one as number) >= 1),
    ...(given as G),
  });
}
