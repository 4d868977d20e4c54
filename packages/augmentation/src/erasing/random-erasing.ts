import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { option, readOptions } from '@espalier/core';
import { log } from '@espalier/core/internal';
import { asMask, choose, chosenWith } from '../choose.js';
import type { Draw } from '../draw.js';
import { pairRule } from '../geometry/random-resized-crop.js';
import { fillRule, fillTensor, positions } from '../geometry/sample.js';
import type { ImageTransform } from '../image-transform.js';
import { between, wholeBelow } from '../random-range.js';

/** Options of {@link randomErasing}. */
export interface RandomErasingOptions {
  /** Share of the images that lose a part, 0 to 1. Default 0.5. */
  readonly probability?: number;
  /** Share of the area that is erased, above 0 to 1. Default [0.02, 0.33]. */
  readonly scale?: readonly [min: number, max: number];
  /** Height by width of the part, above 0. Default [0.3, 3.3]. */
  readonly ratio?: readonly [min: number, max: number];
  /** What stands there instead, in the units of the data: one number, or one a channel. Default 0. */
  readonly value?: number | readonly number[];
}

/**
 * Erases a rectangle of random area, shape and place.
 *
 * As torchvision's `RandomErasing`, which draws again where a part is larger than the image: here its sides are cut to the image's.
 * Masks stay.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomErasing({ value: 0.5 })] });
 * ```
 * @see Zhong et al., Random erasing data augmentation, 2020.
 */
export function randomErasing(options: RandomErasingOptions = {}): ImageTransform {
  const { values, config } = readOptions('random-erasing', options, {
    probability: option.number({ min: 0, max: 1, default: 0.5 }),
    scale: pairRule(1, { default: [0.02, 0.33] }),
    ratio: pairRule(Infinity, { default: [0.3, 3.3] }),
    value: fillRule({ default: 0 }),
  });
  const { probability, scale, ratio, value } = values;
  return erasing('random-erasing', config, value, ([height, width], draw) => {
    const area = tf.mul(between(draw.uniform('scale'), ...scale), height * width);
    const shape = tf.exp(between(draw.uniform('ratio'), log(ratio[0]), log(ratio[1])));
    const along = (name: string, have: number, long: Tensor): Interval => {
      const part = tf.minimum(tf.floor(tf.add(long, 0.5)), have);
      const start = tf.floor(tf.mul(draw.uniform(name), tf.add(tf.sub(have, part), 1)));
      return { start, end: tf.add(start, part) };
    };
    return tf.mul(
      rectangle(
        height,
        width,
        along('row', height, tf.sqrt(tf.mul(area, shape))),
        along('column', width, tf.sqrt(tf.div(area, shape))),
      ),
      chosenWith(probability, draw.uniform('chosen')),
    );
  });
}

/** Options of {@link cutout}. */
export interface CutoutOptions {
  /** Pixels of a side of the square, a whole number >= 1. */
  readonly size: number;
  /** What stands there instead, in the units of the data: one number, or one a channel. Default 0. */
  readonly value?: number | readonly number[];
}

/**
 * Erases a square around a random pixel of each image; what of it lies outside is lost. Masks stay.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [cutout({ size: 16 })] });
 * ```
 * @see DeVries and Taylor, Improved regularization of convolutional neural networks with cutout, 2017.
 */
export function cutout(options: CutoutOptions): ImageTransform {
  const { values, config } = readOptions('cutout', options, {
    size: option.integer({ min: 1 }),
    value: fillRule({ default: 0 }),
  });
  const { size, value } = values;
  return erasing('cutout', config, value, ([height, width], draw) => {
    const along = (name: string, have: number): Interval => {
      const start = tf.sub(wholeBelow(draw.uniform(name), have), Math.floor(size / 2));
      return { start, end: tf.add(start, size) };
    };
    return rectangle(height, width, along('row', height), along('column', width));
  });
}

/** Whole numbers from `start` up to `end`, which is none of them; `[N, 1, 1, 1]`. */
export interface Interval {
  readonly start: Tensor;
  readonly end: Tensor;
}

/** 1 inside of a rectangle of each image, `[N, H, W, 1]`. */
export function rectangle(height: number, width: number, rows: Interval, columns: Interval): Tensor {
  const within = (at: Tensor, { start, end }: Interval): Tensor =>
    asMask(tf.logicalAnd(tf.greaterEqual(at, start), tf.less(at, end)));
  return tf.mul(within(positions(height, 1), rows), within(positions(width, 2), columns));
}

function erasing(
  name: string,
  config: ImageTransform['config'],
  value: number | readonly number[],
  part: (size: readonly [height: number, width: number], draw: Draw) => Tensor,
): ImageTransform {
  return {
    name,
    config,
    apply(images, draw) {
      if (draw.mask) return images;
      const [, height, width, channels] = images.shape;
      return choose<Tensor>(part([height, width], draw), fillTensor(value, channels), images) as Tensor4D;
    },
  };
}
