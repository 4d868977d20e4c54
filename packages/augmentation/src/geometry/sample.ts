import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { EspalierError, type Given, option } from '@espalier/core';
import { FILL_MODES, type FillMode, fold } from './fill.js';

/** How pixels are read between pixels. */
export type Interpolation = 'bilinear' | 'nearest';

/** How images are sampled, in every transform that moves pixels. */
export interface SamplingOptions {
  /** Default `bilinear`; masks are always `nearest`. */
  readonly interpolation?: Interpolation;
  /** What lies outside of an image. Default `constant`. */
  readonly fillMode?: FillMode;
  /** The value of `constant`, in the units of the data: one number, or one a channel. Default 0. */
  readonly fillValue?: number | readonly number[];
}

/** The rules of {@link SamplingOptions}. */
export const samplingRules = {
  interpolation: option.oneOf(['bilinear', 'nearest'], { default: 'bilinear' }),
  fillMode: option.oneOf(FILL_MODES, { default: 'constant' }),
  fillValue: fillRule({ default: 0 }),
};

/** The rule of a value that fills: a number, or one a channel. */
export function fillRule<const G extends Given<number | readonly number[]>>(given: G) {
  return option.custom<number | readonly number[], G>({
    expected: 'a number, or a list of numbers, one a channel',
    accepts: (value) =>
      Number.isFinite(value) ||
      (Array.isArray(value) && value.length > 0 && value.every((one) => Number.isFinite(one))),
    ...given,
  });
}

/** Options of sampling with all defaults filled in. */
export type Sampling = Required<SamplingOptions>;

/** One of the pixels that a sample is mixed from, along one axis. */
interface Tap {
  readonly position: Tensor;
  /** `undefined` stands for 1. */
  readonly weight: Tensor | undefined;
}

/**
 * Reads images at positions between pixels: `out[n, i, j, c] = images[n, y[n, i, j], x[n, i, j], c]`.
 *
 * A pixel's center is at its number, the first at 0. Positions that are whole give pixels to the bit.
 *
 * @param x Columns, `[N, h, w, 1]`, where any size may be 1 that the other one does not have as 1.
 * @param y Rows, likewise.
 * @returns `[N, h, w, C]`.
 */
export function sampleImages(images: Tensor4D, x: Tensor, y: Tensor, sampling: Sampling): Tensor4D {
  const [count, height, width, channels] = images.shape;
  const columns = taps(x, width, sampling);
  const rows = taps(y, height, sampling);
  const pixels = tf.reshape(images, [count * height * width, channels]);
  const starts = Int32Array.from({ length: count }, (_, n) => n * height * width);
  const first = tf.tensor(starts, [count, 1, 1, 1], 'int32');
  const terms: Tensor4D[] = [];
  for (const row of rows) {
    for (const column of columns) {
      const place = tf.cast(tf.add(tf.mul(row.position, width), column.position), 'int32');
      const index = tf.add(place, first);
      const read = tf.reshape(tf.gather(pixels, tf.reshape(index, [-1])), [
        count,
        index.shape[1]!,
        index.shape[2]!,
        channels,
      ]) as Tensor4D;
      const weight = product(row.weight, column.weight);
      terms.push(weight ? tf.mul(read, weight) : read);
    }
  }
  const sum = terms.reduce((total, term) => tf.add(total, term));
  const { fillMode, fillValue } = sampling;
  if (fillMode !== 'constant' || fillValue === 0) return sum;
  const inside = product(total(rows), total(columns))!;
  return tf.add(sum, tf.mul(tf.sub(1, inside), fillTensor(fillValue, channels)));
}

/** A value to fill with, one number or one a channel, as a tensor that broadcasts. */
export function fillTensor(value: number | readonly number[], channels: number): Tensor {
  if (typeof value === 'number') return tf.scalar(value);
  if (value.length !== channels) {
    throw new EspalierError({
      code: 'invalid-option',
      scope: 'augmentation',
      message: `fillValue has ${value.length} numbers, and the images have ${channels} channels; give one number, or ${channels}.`,
    });
  }
  return tf.tensor([...value], [1, 1, 1, channels], 'float32');
}

function taps(at: Tensor, size: number, { interpolation, fillMode }: Sampling): readonly Tap[] {
  if (interpolation === 'nearest') {
    const { position, inside } = fold(tf.floor(tf.add(at, 0.5)), size, fillMode);
    return [{ position, weight: inside }];
  }
  const before = tf.floor(at);
  const share = tf.sub(at, before);
  return [[before, tf.sub(1, share)] as const, [tf.add(before, 1), share] as const].map(([whole, part]) => {
    const { position, inside } = fold(whole, size, fillMode);
    return { position, weight: product(part, inside) };
  });
}

function product(a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined {
  return a && b ? tf.mul(a, b) : (a ?? b);
}

function total(along: readonly Tap[]): Tensor | undefined {
  return along.map(({ weight }) => weight!).reduce((sum, weight) => tf.add(sum, weight));
}

/** The whole numbers 0 .. size - 1 along an axis of an image: 1 rows, 2 columns. */
export function positions(size: number, axis: 1 | 2): Tensor4D {
  const numbers = Float32Array.from({ length: size }, (_, i) => i);
  return tf.tensor(numbers, axis === 1 ? [1, size, 1, 1] : [1, 1, size, 1], 'float32');
}
