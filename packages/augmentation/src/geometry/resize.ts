import * as tf from '@tensorflow/tfjs-core';
import { EspalierError, option, readOptions } from '@espalier/core';
import type { ImageTransform } from '../image-transform.js';
import { sizeRule } from './random-crop.js';
import { type Interpolation, positions, sampleImages } from './sample.js';

/** Options of {@link resize}. */
export interface ResizeOptions {
  /** `[height, width]` of the result in pixels. */
  readonly size: readonly [height: number, width: number];
  /** Default `bilinear`. */
  readonly interpolation?: Interpolation;
}

/**
 * Resizes images, the same way each time. As Keras's `Resizing` and torchvision's `Resize` without smoothing (`antialias: false`).
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const small = transformImages(train, { transforms: [resize({ size: [16, 16] })] });
 * ```
 */
export function resize(options: ResizeOptions): ImageTransform {
  const { values, config } = readOptions('resize', options, {
    size: sizeRule(),
    interpolation: option.oneOf(['bilinear', 'nearest'], { default: 'bilinear' }),
  });
  const { size, interpolation } = values;
  return {
    name: 'resize',
    config,
    apply(images, draw) {
      const how = draw.mask ? 'nearest' : interpolation;
      const along = (axis: 1 | 2): tf.Tensor => {
        const ratio = images.shape[axis] / size[axis - 1]!;
        const at = tf.mul(tf.add(positions(size[axis - 1]!, axis), 0.5), ratio);
        // The nearest pixel is that whose area holds the point.
        return how === 'nearest' ? tf.floor(at) : tf.sub(at, 0.5);
      };
      return sampleImages(images, along(2), along(1), {
        interpolation: how,
        fillMode: 'nearest',
        fillValue: 0,
      });
    },
  };
}

/** Options of {@link centerCrop}. */
export interface CenterCropOptions {
  /** `[height, width]` of the result in pixels, at most that of the images. */
  readonly size: readonly [height: number, width: number];
}

/**
 * Cuts out the middle, the same part each time. As torchvision's `CenterCrop` and Keras's `CenterCrop`.
 *
 * @throws EspalierError `invalid-option`; where an image is smaller.
 * @example
 * ```ts
 * const middle = transformImages(train, { transforms: [centerCrop({ size: [24, 24] })] });
 * ```
 */
export function centerCrop(options: CenterCropOptions): ImageTransform {
  const { values, config } = readOptions('center-crop', options, { size: sizeRule() });
  const [toHeight, toWidth] = values.size;
  return {
    name: 'center-crop',
    config,
    apply(images) {
      const [count, height, width, channels] = images.shape;
      if (height < toHeight || width < toWidth) {
        throw new EspalierError({
          code: 'invalid-option',
          scope: 'center-crop',
          message: `images of ${height} x ${width} have no part of ${toHeight} x ${toWidth}.`,
        });
      }
      const start = [0, Math.floor((height - toHeight) / 2), Math.floor((width - toWidth) / 2), 0];
      return tf.slice(images, start as [number, number, number, number], [
        count,
        toHeight,
        toWidth,
        channels,
      ]);
    },
  };
}
