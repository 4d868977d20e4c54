import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { readOptions } from '@espalier/core';
import type { Draw } from '../draw.js';
import type { ImageTransform } from '../image-transform.js';
import { interval, type RandomRange, randomRange, uniformIn } from '../random-range.js';
import { type AffineMap, mapImages, radians, tangent } from './affine-map.js';
import { type Sampling, type SamplingOptions, samplingRules } from './sample.js';

/** Degrees, counter-clockwise, around 0. */
const ANGLE = { center: 0 };
/** Degrees by which lines lean, around 0: at 90 nothing is left of an image. */
const LEAN = { center: 0, min: -89, max: 89 };
/** Shares of the image's height or width, around 0. */
const SHIFT = { center: 0, min: -1, max: 1 };
/** Factors, around 1. */
const SCALE = { center: 1, min: 0.01 };

/** Options of {@link randomAffine}. Numbers are drawn for each image; what is left out stays as it is. */
export interface RandomAffineOptions extends SamplingOptions {
  /** Degrees, counter-clockwise; `v` stands for [-v, v]. */
  readonly rotation?: RandomRange;
  /** Shares of the width, to the right, from -1 to 1. */
  readonly shiftX?: RandomRange;
  /** Shares of the height, down. */
  readonly shiftY?: RandomRange;
  /** Factors >= 0.01, above 1 enlarges; `v` stands for [1 - v, 1 + v]. */
  readonly scale?: RandomRange;
  /** Degrees by which columns lean, within 89. */
  readonly shearX?: RandomRange;
  /** Degrees by which rows lean, within 89. */
  readonly shearY?: RandomRange;
}

/**
 * Scales, shears, turns and moves images about their center, all in one sampling.
 *
 * As torchvision's `RandomAffine`, but for the direction of angles, which is that of its `RandomRotation`, shifts that are not
 * rounded to pixels, and bilinear interpolation unless told otherwise.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomAffine({ rotation: 10, scale: [0.9, 1.1], shiftX: 0.1, shiftY: 0.1 })] });
 * ```
 */
export function randomAffine(options: RandomAffineOptions): ImageTransform {
  const { values, config } = readOptions('random-affine', options, {
    rotation: randomRange(ANGLE, { optional: true }),
    shiftX: randomRange(SHIFT, { optional: true }),
    shiftY: randomRange(SHIFT, { optional: true }),
    scale: randomRange(SCALE, { optional: true }),
    shearX: randomRange(LEAN, { optional: true }),
    shearY: randomRange(LEAN, { optional: true }),
    ...samplingRules,
  });
  const { rotation, shiftX, shiftY, scale, shearX, shearY } = values;
  return affine('random-affine', config, values, (draw, height, width) => ({
    ...(rotation !== undefined && { angle: angle(draw, 'rotation', rotation) }),
    ...(shiftX !== undefined && { shiftX: share(draw, 'shiftX', shiftX, width) }),
    ...(shiftY !== undefined && { shiftY: share(draw, 'shiftY', shiftY, height) }),
    ...(scale !== undefined && both(uniformIn(draw, 'scale', interval(scale, SCALE)))),
    ...(shearX !== undefined && { shearX: lean(draw, 'shearX', shearX) }),
    ...(shearY !== undefined && { shearY: lean(draw, 'shearY', shearY) }),
  }));
}

/** Options of {@link randomRotation}. */
export interface RandomRotationOptions extends SamplingOptions {
  /** Degrees, counter-clockwise; `v` stands for [-v, v]. */
  readonly degrees: RandomRange;
}

/**
 * Turns images about their center. As torchvision's `RandomRotation`; Keras's takes shares of a full turn.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomRotation({ degrees: 15 })] });
 * ```
 */
export function randomRotation(options: RandomRotationOptions): ImageTransform {
  const { values, config } = readOptions('random-rotation', options, {
    degrees: randomRange(ANGLE),
    ...samplingRules,
  });
  return affine('random-rotation', config, values, (draw) => ({
    angle: angle(draw, 'degrees', values.degrees),
  }));
}

/** Options of {@link randomTranslation}. */
export interface RandomTranslationOptions extends SamplingOptions {
  /** Shares of the height, down, from -1 to 1; `v` stands for [-v, v]. Default 0. */
  readonly height?: RandomRange;
  /** Shares of the width, to the right. Default 0. */
  readonly width?: RandomRange;
}

/**
 * Shifts images by whole pixels. As Keras's `RandomTranslation`, rounded as torchvision's `translate` is: nothing is blurred.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomTranslation({ height: 0.1, width: 0.1 })] });
 * ```
 */
export function randomTranslation(options: Omit<RandomTranslationOptions, 'interpolation'>): ImageTransform {
  const { interpolation: _, ...rules } = samplingRules;
  const { values, config } = readOptions('random-translation', options, {
    height: randomRange(SHIFT, { default: 0 }),
    width: randomRange(SHIFT, { default: 0 }),
    ...rules,
  });
  const whole = (pixels: Tensor): Tensor => tf.floor(tf.add(pixels, 0.5));
  return affine(
    'random-translation',
    config,
    { ...values, interpolation: 'nearest' },
    (draw, height, width) => ({
      shiftY: whole(share(draw, 'height', values.height, height)),
      shiftX: whole(share(draw, 'width', values.width, width)),
    }),
  );
}

/** Options of {@link randomZoom}. */
export interface RandomZoomOptions extends SamplingOptions {
  /** Factors >= 0.01, above 1 enlarges; `v` stands for [1 - v, 1 + v]. */
  readonly scale: RandomRange;
  /** Factors of the width alone; `scale` is then of the height. Default: the same number. */
  readonly width?: RandomRange;
}

/**
 * Enlarges or shrinks images about their center. As Keras's `RandomZoom`, whose numbers are 1 / scale - 1.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomZoom({ scale: [0.8, 1.2], fillMode: 'nearest' })] });
 * ```
 */
export function randomZoom(options: RandomZoomOptions): ImageTransform {
  const { values, config } = readOptions('random-zoom', options, {
    scale: randomRange(SCALE),
    width: randomRange(SCALE, { optional: true }),
    ...samplingRules,
  });
  return affine('random-zoom', config, values, (draw) => {
    const scale = uniformIn(draw, 'scale', interval(values.scale, SCALE));
    if (values.width === undefined) return both(scale);
    return { scaleY: scale, scaleX: uniformIn(draw, 'width', interval(values.width, SCALE)) };
  });
}

/** Options of {@link randomShear}. */
export interface RandomShearOptions extends SamplingOptions {
  /** Degrees by which columns lean, within 89; `v` stands for [-v, v]. Default 0. */
  readonly x?: RandomRange;
  /** Degrees by which rows lean. Default 0. */
  readonly y?: RandomRange;
}

/**
 * Shears images about their center. As `shear` of torchvision's `RandomAffine`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [randomShear({ x: 10 })] });
 * ```
 */
export function randomShear(options: RandomShearOptions): ImageTransform {
  const { values, config } = readOptions('random-shear', options, {
    x: randomRange(LEAN, { default: 0 }),
    y: randomRange(LEAN, { default: 0 }),
    ...samplingRules,
  });
  return affine('random-shear', config, values, (draw) => ({
    shearX: lean(draw, 'x', values.x),
    shearY: lean(draw, 'y', values.y),
  }));
}

function affine(
  name: string,
  config: ImageTransform['config'],
  sampling: Sampling,
  draw: (draw: Draw, height: number, width: number) => AffineMap,
): ImageTransform {
  return {
    name,
    config,
    apply: (images, numbers) =>
      mapImages(images, draw(numbers, images.shape[1], images.shape[2]), sampling, numbers),
  };
}

function angle(draw: Draw, name: string, value: RandomRange): Tensor {
  const [low, high] = interval(value, ANGLE);
  return uniformIn(draw, name, [radians(low), radians(high)]);
}

function lean(draw: Draw, name: string, value: RandomRange): Tensor {
  const [low, high] = interval(value, LEAN);
  return tangent(uniformIn(draw, name, [radians(low), radians(high)]));
}

function share(draw: Draw, name: string, value: RandomRange, pixels: number): Tensor {
  return tf.mul(uniformIn(draw, name, interval(value, SHIFT)), pixels);
}

function both(scale: Tensor): Pick<AffineMap, 'scaleX' | 'scaleY'> {
  return { scaleX: scale, scaleY: scale };
}
