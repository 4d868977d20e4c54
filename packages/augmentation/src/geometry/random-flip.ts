import * as tf from '@tensorflow/tfjs-core';
import { option, readOptions } from '@espalier/core';
import { choose, chosenWith } from '../choose.js';
import type { ImageTransform } from '../image-transform.js';

/** Options of {@link horizontalFlip} and {@link verticalFlip}. */
export interface FlipOptions {
  /** Share of the images that are mirrored, 0 to 1. Default 0.5. */
  readonly probability?: number;
}

/**
 * Mirrors images left to right, each with a probability. As torchvision's `RandomHorizontalFlip`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [horizontalFlip()] });
 * ```
 */
export function horizontalFlip(options: FlipOptions = {}): ImageTransform {
  return flip('horizontal-flip', options, 2);
}

/**
 * Mirrors images top to bottom, each with a probability. As torchvision's `RandomVerticalFlip`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [verticalFlip({ probability: 0.2 })] });
 * ```
 */
export function verticalFlip(options: FlipOptions = {}): ImageTransform {
  return flip('vertical-flip', options, 1);
}

function flip(name: string, options: FlipOptions, axis: 1 | 2): ImageTransform {
  const { values, config } = readOptions(name, options, {
    probability: option.number({ min: 0, max: 1, default: 0.5 }),
  });
  const { probability } = values;
  return {
    name,
    config,
    apply(images, draw) {
      if (probability === 0) return images;
      const mirrored = tf.reverse(images, axis);
      return probability === 1
        ? mirrored
        : choose(chosenWith(probability, draw.uniform('chosen')), mirrored, images);
    },
  };
}
