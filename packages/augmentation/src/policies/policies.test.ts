import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { stream } from '@espalier/core';
import { expect, test } from 'vitest';
import {
  fixture,
  fixtureImages,
  largestDifference,
} from '../../../../testing/references/augmentation/fixture.js';
import { fixedDraw } from '../draw.fixture.js';
import { applyOperations } from './operations.js';
import { randAugment, randAugmentTable, trivialAugment, trivialAugmentTable } from './rand-augment.js';

const images = fixtureImages();
const NEAREST = { interpolation: 'nearest', fillMode: 'constant', fillValue: 0 } as const;

/** Our names of torchvision's operations. */
const nameOf = (theirs: string): string =>
  theirs === 'AutoContrast' ? 'autoContrast' : theirs[0]!.toLowerCase() + theirs.slice(1);

test.each([
  ['randAugment', randAugmentTable(31)],
  ['trivialAugment', trivialAugmentTable(31)],
] as const)('every operation of %s is that of torchvision', (policy, table) => {
  const cases = fixture.policies[policy];
  expect([...new Set(cases.map(({ name }) => nameOf(name)))]).toEqual(Object.keys(table));
  for (const { name, level, sign, out } of cases) {
    const drawn = {
      operation: tf.fill([2, 1, 1, 1], Object.keys(table).indexOf(nameOf(name))),
      level: tf.scalar(level),
      sign: tf.fill([2, 1, 1, 1], sign === 1 ? 0.5 : 0.49),
    };
    const actual = applyOperations(images, table, drawn, NEAREST, fixedDraw(2));
    expect(largestDifference(actual, out), `${name} ${sign * level}`).toBeLessThan(1.5e-5);
  }
});

test('each image gets its own operation, in the range of the data', () => {
  const table = randAugmentTable(31);
  const names = Object.keys(table);
  const [a, b] = tf.split(images, 2) as [tf.Tensor4D, tf.Tensor4D];
  const bytes = tf.mul<tf.Tensor4D>(images, 255);
  const drawn = {
    operation: tf.tensor4d([names.indexOf('solarize'), names.indexOf('identity')], [2, 1, 1, 1]),
    level: tf.scalar(15),
    sign: tf.zeros([2, 1, 1, 1]),
  };
  const out = applyOperations(bytes, table, drawn, NEAREST, fixedDraw(2, {}, { range: [0, 255] }));
  const solarized = tf.where(tf.greaterEqual(a, 0.5), tf.sub(1, a), a);
  const expected = Array.from(tf.mul(tf.concat([solarized, b]), 255).dataSync());
  expect(largestDifference(out, expected)).toBeLessThan(1e-3);
});

test('numbers choose operations, levels and signs: RandAugment follows its draws', () => {
  const table = trivialAugmentTable(31);
  const one = (operation: string, level: number, sign: number) =>
    trivialAugment().apply(
      images,
      fixedDraw(2, {
        operation: (Object.keys(table).indexOf(operation) + 0.5) / 14,
        level: (level + 0.5) / 31,
        sign,
      }),
    );
  const expected = fixture.policies.trivialAugment.find(
    ({ name, sign }) => name === 'Rotate' && sign === -1,
  )!;
  expect(largestDifference(one('rotate', 17, 0.2), expected.out)).toBeLessThan(1.5e-5);

  const strong = fixture.policies.randAugment.find(({ name, sign }) => name === 'Contrast' && sign === 1)!;
  const contrast = (Object.keys(randAugmentTable(31)).indexOf('contrast') + 0.5) / 14;
  const twice = randAugment({ operations: 2, magnitude: 22 }).apply(
    images,
    fixedDraw(2, { 'operation-1': contrast, 'sign-1': 0.7, 'operation-2': 0, 'sign-2': 0 }),
  );
  expect(largestDifference(twice, strong.out)).toBeLessThan(1.5e-5);
});

test('all operations are drawn equally often', () => {
  const names = Object.keys(randAugmentTable(31));
  const counts = new Map<number, number>();
  const drawn = stream(1, 'operation').uniforms(14_000);
  for (const uniform of drawn) {
    const operation = Math.floor(Math.fround(uniform * names.length));
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
  }
  expect([...counts.keys()].sort((a, b) => a - b)).toEqual(names.map((_, i) => i));
  // Four standard deviations of a count of 14,000 draws.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(1000));
});

test('images of one channel go without saturation, masks only where images are moved', () => {
  const gray = tf.tensor4d([0, 0.5, 1, 0.25], [1, 2, 2, 1]);
  for (let operation = 0; operation < 13; operation++) {
    const out = trivialAugment().apply(
      gray,
      fixedDraw(1, { operation: (operation + 0.5) / 13, level: 0.9, sign: 0 }),
    );
    expect(out.shape).toEqual([1, 2, 2, 1]);
  }
  const mask = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
  const invisible = fixedDraw(1, { operation: 12.5 / 13, level: 0.9, sign: 0 }, { mask: true });
  expect(trivialAugment().apply(mask, invisible).dataSync()).toEqual(mask.dataSync());
});

test('a magnitude must be one of the levels', () => {
  expect(() => randAugment({ magnitude: 31 })).toThrow(
    'magnitude must be a whole number >= 0 and <= 30, got 31',
  );
});
