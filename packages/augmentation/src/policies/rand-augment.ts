import { checkOptions, option, readOptions } from '@espalier/core';
import * as tf from '@tensorflow/tfjs-core';
import { samplingRules, type SamplingOptions } from '../geometry/sample.js';
import type { ImageTransform } from '../image-transform.js';
import { wholeBelow } from '../random-range.js';
import { applyOperations, linspace, type OperationTable, posterizing, without } from './operations.js';

/** Operations of RandAugment, in the paper's strengths. */
export function randAugmentTable(levels: number): OperationTable {
  const up = (to: number) => () => linspace(0, to, levels);
  const pixels = (size: number) => linspace(0, (150 / 331) * size, levels).map(Math.trunc);
  return {
    identity: without(levels),
    shearX: up(0.3),
    shearY: up(0.3),
    translateX: (_, width) => pixels(width),
    translateY: (height) => pixels(height),
    rotate: up(30),
    brightness: up(0.9),
    color: up(0.9),
    contrast: up(0.9),
    sharpness: up(0.9),
    posterize: posterizing(levels, 8, 4),
    solarize: () => linspace(1, 0, levels),
    autoContrast: without(levels),
    equalize: without(levels),
  };
}

/** Operations of TrivialAugment Wide. */
export function trivialAugmentTable(levels: number): OperationTable {
  const up = (to: number) => () => linspace(0, to, levels);
  return {
    identity: without(levels),
    shearX: up(0.99),
    shearY: up(0.99),
    translateX: () => linspace(0, 32, levels).map(Math.trunc),
    translateY: () => linspace(0, 32, levels).map(Math.trunc),
    rotate: up(135),
    brightness: up(0.99),
    color: up(0.99),
    contrast: up(0.99),
    sharpness: up(0.99),
    posterize: posterizing(levels, 8, 6),
    solarize: () => linspace(1, 0, levels),
    autoContrast: without(levels),
    equalize: without(levels),
  };
}

/** A policy's table without what only images of three channels have. */
export function forChannels(table: OperationTable, channels: number): OperationTable {
  if (channels === 3) return table;
  const { color: _, ...rest } = table;
  return rest;
}

/** Options of {@link randAugment}. */
export interface RandAugmentOptions extends SamplingOptions {
  /** How many operations follow each other. Default 2. */
  readonly operations?: number;
  /** Level of their strength, 0 to `levels` - 1. Default 9. */
  readonly magnitude?: number;
  /** Number of levels, at least 2. Default 31. */
  readonly levels?: number;
}

/**
 * RandAugment: a few operations out of 14, all of one strength, drawn for each image.
 *
 * As torchvision's `RandAugment` on floats, with its strengths; images that are not of 3 channels go without `color`. All
 * operations are computed for all images, those that move pixels in one sampling. Interpolation: `nearest` unless told otherwise.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randAugment({ operations: 2, magnitude: 9 })] });
 * ```
 * @see Cubuk et al., RandAugment: practical automated data augmentation with a reduced search space, 2020.
 */
export function randAugment(options: RandAugmentOptions = {}): ImageTransform {
  const { values, config } = readOptions('rand-augment', options, {
    operations: option.integer({ min: 1, default: 2 }),
    magnitude: option.integer({ min: 0, default: 9 }),
    levels: option.integer({ min: 2, default: 31 }),
    ...samplingRules,
    interpolation: option.oneOf(['bilinear', 'nearest'], { default: 'nearest' }),
  });
  const { operations, magnitude, levels } = values;
  checkOptions('rand-augment').integer('magnitude', magnitude, { min: 0, max: levels - 1 });
  const table = randAugmentTable(levels);
  return {
    name: 'rand-augment',
    config,
    apply(images, draw) {
      const own = forChannels(table, images.shape[3]);
      let now = images;
      for (let i = 1; i <= operations; i++) {
        const drawn = {
          operation: wholeBelow(draw.uniform(`operation-${i}`), Object.keys(own).length),
          level: tf.scalar(magnitude),
          sign: draw.uniform(`sign-${i}`),
        };
        now = applyOperations(now, own, drawn, values, draw);
      }
      return now;
    },
  };
}

/** Options of {@link trivialAugment}. */
export interface TrivialAugmentOptions extends SamplingOptions {
  /** Number of levels of strength, at least 2. Default 31. */
  readonly levels?: number;
}

/**
 * TrivialAugment: one operation out of 14 in one of all strengths, drawn for each image. There is nothing to tune.
 *
 * As torchvision's `TrivialAugmentWide` on floats; images that are not of 3 channels go without `color`. Interpolation: `nearest`
 * unless told otherwise.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [trivialAugment()] });
 * ```
 * @see Müller and Hutter, TrivialAugment: tuning-free yet state-of-the-art data augmentation, 2021.
 */
export function trivialAugment(options: TrivialAugmentOptions = {}): ImageTransform {
  const { values, config } = readOptions('trivial-augment', options, {
    levels: option.integer({ min: 2, default: 31 }),
    ...samplingRules,
    interpolation: option.oneOf(['bilinear', 'nearest'], { default: 'nearest' }),
  });
  const { levels } = values;
  const table = trivialAugmentTable(levels);
  return {
    name: 'trivial-augment',
    config,
    apply(images, draw) {
      const own = forChannels(table, images.shape[3]);
      const drawn = {
        operation: wholeBelow(draw.uniform('operation'), Object.keys(own).length),
        level: wholeBelow(draw.uniform('level'), levels),
        sign: draw.uniform('sign'),
      };
      return applyOperations(images, own, drawn, values, draw);
    },
  };
}
