import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asMask, choose } from '../choose.js';
import {
  blend,
  luminance,
  meanGray,
  posterizePixels,
  smoothPixels,
  solarizePixels,
  stretchPixels,
} from '../color/adjust.js';
import { equalizePixels } from '../color/equalize-pixels.js';
import type { Draw } from '../draw.js';
import { mapImages, radians } from '../geometry/affine-map.js';
import type { Sampling } from '../geometry/sample.js';
import { inUnitRange } from '../image-transform.js';

/** An operation of a policy: its name, and how its magnitudes come about. */
export type OperationName =
  | 'identity'
  | 'shearX'
  | 'shearY'
  | 'translateX'
  | 'translateY'
  | 'rotate'
  | 'brightness'
  | 'color'
  | 'contrast'
  | 'sharpness'
  | 'posterize'
  | 'solarize'
  | 'autoContrast'
  | 'equalize'
  | 'invert';

/** Strength of an operation at each level, in its own unit, for images of a height and width. */
export type Magnitudes = (height: number, width: number) => readonly number[];

/** The operations that a policy draws from. */
export type OperationTable = Readonly<Partial<Record<OperationName, Magnitudes>>>;

/** Operations whose strength has either sign, with equal probability. */
const SIGNED: readonly OperationName[] = [
  'shearX',
  'shearY',
  'translateX',
  'translateY',
  'rotate',
  'brightness',
  'color',
  'contrast',
  'sharpness',
];

/** What is drawn for each example: all `[N, 1, 1, 1]`. */
export interface Drawn {
  /** Number of the operation in the table. */
  readonly operation: Tensor;
  /** Level of its strength. */
  readonly level: Tensor;
  /** Uniform in [0, 1): below 0.5 turns signed strengths around. */
  readonly sign: Tensor;
}

/**
 * Applies to each image the operation that was drawn for it. All that move pixels share one sampling.
 *
 * Units: tangents of `shear`, which is about the top left corner as in the paper; pixels of `translate`; degrees of `rotate`,
 * counter-clockwise; factors less 1 of `brightness`, `color`, `contrast`, `sharpness`; levels of `posterize`; thresholds of
 * `solarize`. As torchvision's policies on floats.
 */
export function applyOperations(
  images: Tensor4D,
  table: OperationTable,
  drawn: Drawn,
  sampling: Sampling,
  draw: Draw,
): Tensor4D {
  const [count, height, width] = images.shape;
  const names = Object.keys(table) as OperationName[];
  const strengths = names.map((name) => table[name]!(height, width));
  const levels = strengths[0]!.length;
  const place = tf.cast(tf.add(tf.mul(drawn.operation, levels), drawn.level), 'int32');
  const strength = tf.reshape(tf.gather(tf.tensor1d(strengths.flat(), 'float32'), tf.reshape(place, [-1])), [
    count,
    1,
    1,
    1,
  ]);
  const signed = tf.mul(strength, tf.sub(1, tf.mul(2, asMask(tf.less(drawn.sign, 0.5)))));

  const has = (name: OperationName): boolean => names.includes(name);
  const chosen = (name: OperationName): Tensor => asMask(tf.equal(drawn.operation, names.indexOf(name)));
  /** The strength where the operation was drawn, else 0. */
  const of = (name: OperationName): Tensor => tf.mul(chosen(name), SIGNED.includes(name) ? signed : strength);

  const moving = { shearX: has('shearX'), shearY: has('shearY'), rotate: has('rotate') };
  let now = images;
  if (moving.shearX || moving.shearY || moving.rotate || has('translateX') || has('translateY')) {
    const shearX = moving.shearX ? of('shearX') : tf.scalar(0);
    const shearY = moving.shearY ? of('shearY') : tf.scalar(0);
    const shiftX = has('translateX') ? of('translateX') : tf.scalar(0);
    const shiftY = has('translateY') ? of('translateY') : tf.scalar(0);
    const map = {
      ...(moving.rotate && { angle: tf.mul(of('rotate'), radians(1)) }),
      shearX,
      shearY,
      shiftX: tf.sub(shiftX, tf.mul(shearX, height / 2)),
      shiftY: tf.sub(shiftY, tf.mul(shearY, width / 2)),
    };
    now = mapImages(images, map, sampling, draw);
  }
  if (draw.mask) return now;
  return inUnitRange(now, draw.range, (moved) => {
    const towards: Partial<Record<OperationName, () => Tensor>> = {
      brightness: () => tf.scalar(0),
      color: () => luminance(moved),
      contrast: () => meanGray(moved),
      sharpness: () => smoothPixels(moved),
    };
    let pixels = moved;
    for (const [name, other] of Object.entries(towards) as [OperationName, () => Tensor][]) {
      // Where it was not drawn the factor is 1, which leaves pixels to the bit.
      if (has(name)) pixels = blend(pixels, other(), tf.add(1, of(name)));
    }
    const replace = (name: OperationName, change: () => Tensor4D): void => {
      if (has(name)) pixels = choose(chosen(name), change(), pixels);
    };
    // No operation of an image comes before another: one alone was drawn, and all begin with what was moved.
    replace('posterize', () => posterizePixels(moved, tf.maximum(strength, 1)));
    replace('solarize', () => solarizePixels(moved, strength));
    replace('autoContrast', () => stretchPixels(moved));
    replace('equalize', () => equalizePixels(moved));
    replace('invert', () => tf.sub(1, moved));
    return pixels;
  });
}

/** `count` numbers from one to another, as evenly as torch's `linspace`. */
export function linspace(from: number, to: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / Math.max(1, count - 1));
}

/** The same strength at every level: of operations that have none. */
export const without =
  (levels: number): Magnitudes =>
  () =>
    Array<number>(levels).fill(0);

/** Levels of values that fewer and fewer bits give. */
export const posterizing =
  (levels: number, bits: number, steps: number): Magnitudes =>
  () =>
    Array.from({ length: levels }, (_, i) => 2 ** (bits - roundHalfEven(i / ((levels - 1) / steps))));

/** As torch rounds. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
