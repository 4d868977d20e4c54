import { readFileSync } from 'node:fs';
import { stream } from '@espalier/core';
import { expect, test } from 'vitest';
import {
  randomlyScrambled,
  scrambled,
  SOBOL_DIMENSIONS,
  sobolCoordinate,
  sobolDimension,
} from './sobol-sequence.js';

const reference = JSON.parse(
  readFileSync(new URL('../../../../../testing/references/tuning/scipy_sobol.json', import.meta.url), 'utf8'),
) as {
  readonly plain: number[][];
  readonly rows: number[][];
  readonly shifts: number[];
  readonly scrambled: number[][];
};

test('the points are those of SciPy, in all dimensions', () => {
  const dimensions = Array.from({ length: SOBOL_DIMENSIONS }, (_, i) => sobolDimension(i));
  const own = reference.plain.map((_, index) => dimensions.map((each) => sobolCoordinate(each, index)));
  expect(own).toEqual(reference.plain);
});

test('scrambled by the same matrices and shifts, they are those of SciPy too', () => {
  const dimensions = reference.rows.map((rows, i) =>
    scrambled(sobolDimension(i), rows, reference.shifts[i]!),
  );
  const own = reference.scrambled.map((_, index) => dimensions.map((each) => sobolCoordinate(each, index)));
  expect(own).toEqual(reference.scrambled);
});

test('scrambling keeps one point in each of 2^m parts', () => {
  const dimension = randomlyScrambled(sobolDimension(7), stream(3, 'test'));
  const parts = Array.from({ length: 64 }, (_, i) => Math.floor(64 * sobolCoordinate(dimension, i)));
  expect(new Set(parts).size).toBe(64);
  expect(parts).not.toEqual(
    Array.from({ length: 64 }, (_, i) => Math.floor(64 * sobolCoordinate(sobolDimension(7), i))),
  );
});
