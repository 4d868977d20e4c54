import { readFileSync } from 'node:fs';
import { stream } from '@espalier/core';
import { expect, test } from 'vitest';
import { haltonCoordinate, haltonDimension, permuted } from './halton-sequence.js';

const reference = JSON.parse(
  readFileSync(
    new URL('../../../../../testing/references/tuning/scipy_halton.json', import.meta.url),
    'utf8',
  ),
) as { readonly points: readonly (readonly number[])[] };

test("the points are scipy's", () => {
  reference.points.forEach((point, index) =>
    point.forEach((value, dimension) =>
      expect(Math.abs(haltonCoordinate(haltonDimension(dimension), index) - value)).toBeLessThan(1e-14),
    ),
  );
});

test('scrambled, each dimension has one point in each of base^k parts, and none outside', () => {
  for (const [dimension, count] of [
    [0, 64],
    [1, 81],
    [3, 49],
  ] as const) {
    const own = permuted(haltonDimension(dimension), stream(1, 'test', dimension));
    const points = Array.from({ length: count }, (_, index) => haltonCoordinate(own, index));
    expect(new Set(points.map((value) => Math.floor(value * count + 1e-9))).size).toBe(count);
    expect(points.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(points[0]).not.toBe(0);
  }
});
