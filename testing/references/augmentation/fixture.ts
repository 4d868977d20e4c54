import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';

/** torchvision_images.json: what torchvision, Keras and scipy make of two images. */
export interface ImagesFixture {
  readonly shape: [number, number, number, number];
  readonly bytes: readonly number[];
  /** By operation and factor. */
  readonly color: Readonly<Record<string, readonly number[]>>;
  readonly affine: readonly {
    /** Degrees, clockwise. */
    readonly angle: number;
    readonly translate: readonly [x: number, y: number];
    readonly scale: number;
    readonly shear: readonly [x: number, y: number];
    readonly interpolation: 'bilinear' | 'nearest';
    readonly out: readonly number[];
  }[];
  readonly resized: readonly {
    readonly size: readonly [number, number];
    readonly interpolation: 'bilinear' | 'nearest';
    readonly out: readonly number[];
  }[];
  readonly crops: readonly (Readonly<Record<'top' | 'left' | 'height' | 'width', number>> & {
    readonly out: readonly number[];
  })[];
  readonly sampled: {
    readonly y: readonly number[];
    readonly x: readonly number[];
    readonly fill: number;
    readonly modes: Readonly<Record<string, Readonly<Record<'bilinear' | 'nearest', readonly number[]>>>>;
  };
  readonly policies: Readonly<
    Record<
      'randAugment' | 'trivialAugment',
      readonly {
        readonly name: string;
        readonly level: number;
        readonly sign: 1 | -1;
        readonly out: readonly number[];
      }[]
    >
  >;
  readonly keras: Readonly<Record<string, readonly number[]>>;
  /** Levels 0 to 255 of images that are large enough to be evened out. */
  readonly equalized: {
    readonly shape: [number, number, number, number];
    readonly bytes: readonly number[];
    readonly out: readonly number[];
  };
  /** Quantiles of Beta(alpha, alpha) at 0, 1 / 64, ..., 1. */
  readonly betaQuantiles: Readonly<Record<string, readonly number[]>>;
}

/** What was computed. */
export const fixture = JSON.parse(
  readFileSync(new URL('./torchvision_images.json', import.meta.url), 'utf8'),
) as ImagesFixture;

/** The fixture's images in [0, 1]. */
export function fixtureImages(): tf.Tensor4D {
  return tf.tensor4d(
    fixture.bytes.map((byte) => byte / 255),
    fixture.shape,
  );
}

/** Asserts nothing itself: the largest difference of a tensor from expected values. */
export function largestDifference(actual: tf.Tensor, expected: readonly number[]): number {
  const values = actual.dataSync();
  if (values.length !== expected.length) return Infinity;
  let largest = 0;
  expected.forEach((value, i) => {
    const difference = Math.abs(values[i]! - value);
    largest = Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
  });
  return largest;
}
