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
import { colorJitter, randomHue } from './color-jitter.js';
import { gaussianBlur } from './gaussian-blur.js';
import { pixelNoise, saltAndPepper } from './pixel-noise.js';
import { randomBrightness, randomContrast, randomSaturation, randomSharpness } from './random-factors.js';
import {
  autoContrast,
  equalize,
  randomGamma,
  randomGrayscale,
  randomInvert,
  randomPosterize,
  randomSolarize,
} from './random-tones.js';

const images = fixtureImages();
const factor = (value: number) => ({ factor: [value, value] as const });
const always = { probability: 1 };

const BY_NAME: Readonly<Record<string, ImageTransform>> = {
  'brightness 1.4': randomBrightness(factor(1.4)),
  'brightness 0.3': randomBrightness(factor(0.3)),
  'contrast 1.7': randomContrast(factor(1.7)),
  'contrast 0.2': randomContrast(factor(0.2)),
  'saturation 2.5': randomSaturation(factor(2.5)),
  'saturation 0.4': randomSaturation(factor(0.4)),
  'sharpness 1.8': randomSharpness(factor(1.8)),
  'sharpness 0.1': randomSharpness(factor(0.1)),
  'hue 0.2': randomHue({ turn: [0.2, 0.2] }),
  'hue -0.45': randomHue({ turn: [-0.45, -0.45] }),
  'gamma 2.2': randomGamma({ gamma: [2.2, 2.2] }),
  'solarize 0.6': randomSolarize({ threshold: 0.6, ...always }),
  'posterize 3': randomPosterize({ bits: 3, ...always }),
  autoContrast: autoContrast(always),
  equalize: equalize(always),
  invert: randomInvert(always),
  grayscale: randomGrayscale(always),
  'blur 5 0.8': gaussianBlur({ kernelSize: 5, sigma: [0.8, 0.8] }),
};

test('every operation of the fixture is tried', () => {
  expect(Object.keys(BY_NAME).sort()).toEqual(Object.keys(fixture.color).sort());
});

test.each(Object.entries(BY_NAME))(
  '%s is that of torchvision, whatever the range of pixels',
  (name, made) => {
    const expected = fixture.color[name]!;
    expect(largestDifference(made.apply(images, fixedDraw(2)), expected)).toBeLessThan(1.5e-5);
    const bytes = tf.mul<tf.Tensor4D>(images, 255);
    const asBytes = tf.div(made.apply(bytes, fixedDraw(2, {}, { range: [0, 255] })), 255);
    expect(largestDifference(asBytes, expected)).toBeLessThan(1.5e-5);
  },
);

test('a histogram is evened out to the level that torchvision gives', () => {
  const { shape, bytes, out } = fixture.equalized;
  const levels = tf.tensor4d([...bytes], shape);
  const even = equalize(always).apply(levels, fixedDraw(2, {}, { range: [0, 255] }));
  expect(new Set(out).size).toBeGreaterThan(50);
  expect(largestDifference(even, out)).toBeLessThan(1e-3);
});

test('a jitter is its parts one after the other', () => {
  const parts = [
    randomBrightness(factor(1.2)),
    randomContrast(factor(0.7)),
    randomSaturation(factor(1.5)),
    randomHue({ turn: [0.1, 0.1] }),
  ];
  const expected = parts.reduce((now, part) => part.apply(now, fixedDraw(2)), images);
  const jitter = colorJitter({
    brightness: [1.2, 1.2],
    contrast: [0.7, 0.7],
    saturation: [1.5, 1.5],
    hue: [0.1, 0.1],
  });
  expect(jitter.apply(images, fixedDraw(2)).arraySync()).toEqual(expected.arraySync());
  expect(colorJitter({}).apply(images, fixedDraw(2))).toBe(images);
});

test('factors are drawn between those of the option, never below 0', () => {
  const bright = (uniform: number[]) =>
    randomBrightness({ factor: 3 }).apply(images, fixedDraw(2, { factor: uniform }));
  // [max(0, 1 - 3), 4): 0 for the first image, 1 for the second.
  const [black, same] = tf.split(bright([0, 0.25]), 2);
  expect(tf.max(black!).dataSync()[0]).toBe(0);
  expect(same!.dataSync()).toEqual(tf.split(images, 2)[1]!.dataSync());
});

test('whom chance does not choose stays to the bit', () => {
  const [a, b] = tf.split(images, 2) as [tf.Tensor, tf.Tensor];
  const out = randomInvert({ probability: 0.3 }).apply(images, fixedDraw(2, { chosen: [0.31, 0.29] }));
  expect(out.arraySync()).toEqual(tf.concat([a, tf.sub(1, b)]).arraySync());
  expect(equalize({ probability: 0 }).apply(images, fixedDraw(2))).toBe(images);
});

test('an image of one value, and one of one pixel, stay what they are', () => {
  const flat = tf.fill([1, 4, 4, 3], 0.25) as tf.Tensor4D;
  const pixel = tf.fill([1, 1, 1, 3], 0.25) as tf.Tensor4D;
  for (const image of [flat, pixel]) {
    for (const made of [autoContrast(always), equalize(always), randomContrast(factor(2)), randomHue({ turn: [0.3, 0.3] }), randomSharpness(factor(2))]) // prettier-ignore
      expect(largestDifference(made.apply(image, fixedDraw(1)), Array(image.size).fill(0.25)), made.name).toBeLessThan(1e-4); // prettier-ignore
  }
});

test('images of one channel have gray values, no colors', () => {
  const gray = tf.tensor4d([0, 0.5, 1, 0.25], [1, 2, 2, 1]);
  expect(randomGrayscale(always).apply(gray, fixedDraw(1)).dataSync()).toEqual(gray.dataSync());
  expect(randomContrast(factor(0)).apply(gray, fixedDraw(1)).dataSync()[0]).toBeCloseTo(0.4375);
  expect(() => randomHue({ turn: 0.1 }).apply(gray, fixedDraw(1, { turn: 0 }))).toThrow(
    'hues are of images of 3 channels, red, green and blue; these have 1',
  );
});

test('noise is added as a share of the range, and cut to it unless told otherwise', () => {
  const gray = tf.tensor4d([0, 50, 100, 98], [1, 2, 2, 1]);
  const draw = fixedDraw(1, { noise: 0.5 }, { range: [0, 100] });
  const noisy = (clip: boolean) => Array.from(pixelNoise({ stddev: 0.1, clip }).apply(gray, draw).dataSync());
  expect(noisy(true).map(Math.round)).toEqual([5, 55, 100, 100]);
  expect(noisy(false).map(Math.round)).toEqual([5, 55, 105, 103]);
});

test('lost pixels are white or black in all channels', () => {
  const at = (number: number) =>
    Array.from(
      saltAndPepper({ amount: 0.2 })
        .apply(tf.fill([1, 1, 1, 3], 0.3) as tf.Tensor4D, fixedDraw(1, { lost: number }))
        .dataSync(),
    );
  expect(at(0.05)).toEqual([1, 1, 1]);
  expect(at(0.15)).toEqual([0, 0, 0]);
  expect(at(0.25)).toEqual([0.3, 0.3, 0.3].map(Math.fround));
});

test('masks keep their labels', () => {
  const mask = tf.tensor4d([0, 3, 7, 7], [1, 2, 2, 1]);
  const draw = fixedDraw(1, { factor: 0, chosen: 0 }, { mask: true });
  for (const made of Object.values(BY_NAME)) expect(made.apply(mask, draw), made.name).toBe(mask);
});

test('an image too small for a kernel is refused', () => {
  const small = tf.zeros<tf.Rank.R4>([1, 2, 5, 1]);
  expect(() => gaussianBlur({ kernelSize: 5 }).apply(small, fixedDraw(1, { sigma: 0 }))).toThrow(
    'images of 2 x 5 are too small for a kernel of 5',
  );
});
