import { expect, test } from 'vitest';
import { meanOverSeeds } from './mean-over-seeds.js';

test('the intervals are those of Student', () => {
  // t = 4.30265273 for 2 degrees of freedom.
  const { mean, deviation, margin, further } = meanOverSeeds([1, 2, 6]);
  expect(mean).toBe(3);
  expect(deviation).toBeCloseTo(Math.sqrt((4 + 1 + 9) / 2), 12);
  expect(margin).toBeCloseTo((4.30265273 * Math.sqrt(7)) / Math.sqrt(3), 6);
  expect(further).toBeCloseTo(4.30265273 * Math.sqrt(7) * Math.sqrt(4 / 3), 6);
});

test('one value has a mean alone, none not even that', () => {
  expect(meanOverSeeds([5])).toEqual({ mean: 5, deviation: NaN, margin: NaN, further: NaN });
  expect(meanOverSeeds([]).mean).toBeNaN();
  expect(() => meanOverSeeds(['1'] as never)).toThrow(/values must be an array of numbers/);
});

test('of several that are looked at together each is wider', () => {
  // t for 2 degrees of freedom and 1 - 0.05 / 6, from scipy.
  const { margin } = meanOverSeeds([1, 2, 6], { comparisons: 6 });
  expect(margin).toBeCloseTo((10.885866619 * Math.sqrt(7)) / Math.sqrt(3), 6);
});
