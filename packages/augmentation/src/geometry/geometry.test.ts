import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import {
  fixture,
  fixtureImages,
  largestDifference,
} from '../../../../testing/references/augmentation/fixture.js';
import { fixedDraw } from '../draw.fixture.js';
import type { ImageTransform } from '../image-transform.js';
import type { FillMode } from './fill.js';
import { randomAffine, randomRotation, randomShear, randomTranslation, randomZoom } from './random-affine.js';
import { randomCrop } from './random-crop.js';
import { horizontalFlip, verticalFlip } from './random-flip.js';
import { randomResizedCrop } from './random-resized-crop.js';
import { centerCrop, resize } from './resize.js';
import { sampleImages } from './sample.js';

const images = fixtureImages();
const [, HEIGHT, WIDTH] = fixture.shape;
/** The fixture has five digits behind the point. */
const CLOSE = 1.5e-5;

const apply = (transform: ImageTransform, numbers = {}, about = {}): tf.Tensor4D =>
  transform.apply(images, fixedDraw(2, numbers, about));

/** One image of one channel, its rows as text is read. */
const picture = (rows: readonly (readonly number[])[]): tf.Tensor4D =>
  tf.tensor4d(rows.flat(), [1, rows.length, rows[0]!.length, 1]);
const rowsOf = (image: tf.Tensor4D): number[][] => tf.reshape(image, image.shape.slice(1, 3) as [number, number]).arraySync() as number[][]; // prettier-ignore

test.each(Object.keys(fixture.sampled.modes) as FillMode[])(
  'positions anywhere are read as scipy reads them, outside: %s',
  (fillMode) => {
    const { x, y, fill, modes } = fixture.sampled;
    const plane = tf.slice(images, [0, 0, 0, 0], [1, HEIGHT, WIDTH, 1]);
    for (const interpolation of ['bilinear', 'nearest'] as const) {
      const at = (values: readonly number[]) => tf.tensor4d([...values], [1, 1, values.length, 1]);
      const out = sampleImages(plane, at(x), at(y), { interpolation, fillMode, fillValue: fill });
      expect(largestDifference(out, modes[fillMode]![interpolation]), interpolation).toBeLessThan(CLOSE);
    }
  },
);

test('modes of filling are those that their pictures show, also where an image is one pixel', () => {
  const row = picture([[1, 2, 3]]);
  const around = (fillMode: FillMode, image = row): number[] =>
    Array.from(
      sampleImages(image, tf.tensor4d([-2, -1, 0, 1, 2, 3, 4], [1, 1, 7, 1]), tf.zeros([1, 1, 1, 1]), {
        interpolation: 'nearest',
        fillMode,
        fillValue: 9,
      }).dataSync(),
    );
  expect(around('constant')).toEqual([9, 9, 1, 2, 3, 9, 9]);
  expect(around('nearest')).toEqual([1, 1, 1, 2, 3, 3, 3]);
  expect(around('reflect')).toEqual([3, 2, 1, 2, 3, 2, 1]);
  expect(around('symmetric')).toEqual([2, 1, 1, 2, 3, 3, 2]);
  expect(around('wrap')).toEqual([2, 3, 1, 2, 3, 1, 2]);
  for (const mode of ['reflect', 'symmetric', 'wrap', 'nearest'] as const)
    expect(around(mode, picture([[5]]))).toEqual(Array(7).fill(5));
});

test('affine maps are those of torchvision', () => {
  for (const { angle, translate, scale, shear, interpolation, out } of fixture.affine) {
    const transform = randomAffine({
      rotation: [-angle, -angle],
      shiftX: [translate[0] / WIDTH, translate[0] / WIDTH],
      shiftY: [translate[1] / HEIGHT, translate[1] / HEIGHT],
      scale: [scale, scale],
      shearX: [shear[0], shear[0]],
      shearY: [shear[1], shear[1]],
      interpolation,
      fillValue: interpolation === 'nearest' ? [0.1, 0.2, 0.3] : 0,
    });
    expect(largestDifference(apply(transform), out), JSON.stringify({ angle, shear })).toBeLessThan(CLOSE);
  }
});

test('rotation and zoom are those of Keras', () => {
  const turned = randomRotation({ degrees: [0.06 * 360, 0.06 * 360], fillMode: 'symmetric' });
  expect(largestDifference(apply(turned), fixture.keras['rotation']!)).toBeLessThan(CLOSE);
  const scale = 1 / 1.25;
  const smaller = randomZoom({ scale: [scale, scale], fillMode: 'nearest' });
  expect(largestDifference(apply(smaller), fixture.keras['zoom']!)).toBeLessThan(CLOSE);
  const [tall, narrow] = [1 / 0.7, 1 / 1.2];
  const both = randomZoom({ scale: [tall, tall], width: [narrow, narrow], fillValue: 0.5 });
  expect(largestDifference(apply(both), fixture.keras['zoom of two']!)).toBeLessThan(CLOSE);
});

test('resizing is that of torchvision, and so are parts that are resized', () => {
  for (const { size, interpolation, out } of fixture.resized) {
    const resized = apply(resize({ size, interpolation }));
    expect(resized.shape).toEqual([2, ...size, 3]);
    expect(largestDifference(resized, out), String(size)).toBeLessThan(CLOSE);
  }
  for (const { top, left, height, width, out } of fixture.crops) {
    const area = (height * width) / (HEIGHT * WIDTH);
    const transform = randomResizedCrop({ scale: [area, area], ratio: [width / height, width / height] });
    const numbers = {
      scale: 0,
      ratio: 0,
      row: top === 0 ? 0 : top / (HEIGHT - height),
      column: left === 0 ? 0 : left / (WIDTH - width),
    };
    expect(largestDifference(apply(transform, numbers), out), `${height} x ${width}`).toBeLessThan(3e-5);
  }
});

test('a resized crop that would be larger than the image is cut to it', () => {
  const wide = randomResizedCrop({ scale: [1, 1], ratio: [4, 4] });
  const out = apply(wide, { scale: 0, ratio: 0, row: 0, column: 0.9 });
  expect(out.shape).toEqual(images.shape);
  // Twice as wide as the image and half as high: all columns of the upper half.
  const half = tf.slice(images, [0, 0, 0, 0], [2, 1, WIDTH, 3]);
  expect(largestDifference(tf.slice(out, [0, 0, 0, 0], [2, 1, WIDTH, 3]), Array.from(half.dataSync()))).toBeLessThan(CLOSE); // prettier-ignore
});

test('flips mirror whom they chose', () => {
  const [a, b] = tf.split(images, 2) as [tf.Tensor4D, tf.Tensor4D];
  const flipped = apply(horizontalFlip({ probability: 0.5 }), { chosen: [0.49, 0.5] });
  expect(flipped.arraySync()).toEqual(tf.concat([tf.reverse(a, 2), b]).arraySync());
  const over = apply(verticalFlip({ probability: 0.5 }), { chosen: [0.5, 0.49] });
  expect(over.arraySync()).toEqual(tf.concat([a, tf.reverse(b, 1)]).arraySync());
  expect(apply(horizontalFlip({ probability: 0 }))).toBe(images);
  expect(apply(horizontalFlip({ probability: 1 })).arraySync()).toEqual(tf.reverse(images, 2).arraySync());
});

test('a crop is the part of the padded image that was drawn, every place alike', () => {
  const image = picture([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const part = (row: number, column: number, options = {}): number[][] =>
    rowsOf(randomCrop({ padding: 1, fillValue: 9, ...options }).apply(image, fixedDraw(1, { row, column })));
  // Three places along each axis: the first third of the numbers is the first.
  expect(part(0, 0)).toEqual([
    [9, 9, 9],
    [9, 1, 2],
  ]);
  expect(part(0.3333, 0.99)).toEqual([
    [9, 9, 9],
    [2, 3, 9],
  ]);
  expect(part(0.334, 0.5)).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(part(1 - 2 ** -24, 1 - 2 ** -24, { fillMode: 'reflect' })).toEqual([
    [5, 6, 5],
    [2, 3, 2],
  ]);
  expect(part(0.99, 0, { padding: 0, size: [1, 2] })).toEqual([[4, 5]]);
  expect(() => part(0, 0, { size: [5, 3] })).toThrow('images of 2 x 3 with 1 pixels of padding have no part of 5 x 3'); // prettier-ignore
});

test('the middle is cut out, and what is too large is refused', () => {
  const image = picture([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10, 11, 12],
  ]);
  const middle = (size: [number, number]) => rowsOf(centerCrop({ size }).apply(image, fixedDraw(1)));
  expect(middle([1, 2])).toEqual([[6, 7]]);
  expect(middle([2, 3])).toEqual([
    [1, 2, 3],
    [5, 6, 7],
  ]);
  expect(() => middle([4, 1])).toThrow('[center-crop] images of 3 x 4 have no part of 4 x 1');
});

test('a shift is rounded to pixels', () => {
  const image = picture([[1, 2, 3, 4, 5]]);
  const moved = (width: number): number[][] =>
    rowsOf(randomTranslation({ width: [width, width] }).apply(image, fixedDraw(1, {})));
  expect(moved(0.28)).toEqual([[0, 1, 2, 3, 4]]);
  expect(moved(-0.31)).toEqual([[3, 4, 5, 0, 0]]);
});

test('numbers of an interval are drawn: the ends are those of the option', () => {
  const angles = (uniform: number) => apply(randomRotation({ degrees: 30 }), { degrees: uniform });
  const fixed = (degrees: number) => apply(randomRotation({ degrees: [degrees, degrees] }));
  expect(largestDifference(angles(0), Array.from(fixed(-30).dataSync()))).toBeLessThan(1e-6);
  expect(largestDifference(angles(0.75), Array.from(fixed(15).dataSync()))).toBeLessThan(1e-6);
});

test('what is drawn as nothing leaves images to the bit', () => {
  const nothing = [
    randomAffine({ rotation: 0, scale: 0, shearX: 0, shearY: 0, shiftX: 0, shiftY: 0 }),
    randomShear({}),
    randomTranslation({}),
    randomZoom({ scale: 0 }),
    resize({ size: [HEIGHT, WIDTH] }),
    randomCrop(),
  ];
  for (const transform of nothing) {
    const out = apply(transform, { row: 0.7, column: 0.2 });
    expect(out.dataSync(), transform.name).toEqual(images.dataSync());
  }
});

test('masks are moved without interpolation, and what comes in is 0', () => {
  const mask = picture([
    [3, 3, 7],
    [3, 7, 7],
    [7, 7, 7],
  ]);
  const turned = randomRotation({ degrees: [20, 20], fillValue: 0.5 }).apply(mask, fixedDraw(1, {}, { mask: true })); // prettier-ignore
  for (const value of turned.dataSync()) expect([0, 3, 7]).toContain(value);
});

test('values to fill with must be one, or one a channel', () => {
  const transform = randomRotation({ degrees: [45, 45], fillValue: [1, 2] });
  expect(() => apply(transform)).toThrow(
    'fillValue has 2 numbers, and the images have 3 channels; give one number, or 3',
  );
});
