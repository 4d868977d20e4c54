import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allPairs, type Forbidden } from './all-pairs.js';

const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 });

/** Every allowed pair of values with whether some row has it. */
function pairs(values: readonly number[], rows: readonly number[][], forbidden: Forbidden): boolean[] {
  return values.flatMap((left, i) =>
    values.slice(i + 1).flatMap((right, offset) => {
      const j = i + 1 + offset;
      return Array.from({ length: left * right }, (_, n) => [Math.floor(n / right), n % right] as const)
        .filter(([a, b]) => !forbidden(i, a, j, b))
        .map(([a, b]) => rows.some((row) => row[i] === a && row[j] === b));
    }),
  );
}

test('every two values meet, and each row has one value of each factor', () => {
  fc.assert(
    fc.property(sizes, (values) => {
      const rows = allPairs(values.map((count) => ({ values: count })));
      expect(pairs(values, rows, () => false).every(Boolean)).toBe(true);
      for (const row of rows) {
        expect(row.length).toBe(values.length);
        row.forEach((value, f) => expect(value >= 0 && value < values[f]!).toBe(true));
      }
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('those that are forbidden do not meet, all others do', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 2, max: 7 }), (values, modulus) => {
      // Value 0 goes with everything, so that every row can be filled.
      const forbidden: Forbidden = (i, a, j, b) =>
        a > 0 && b > 0 && (i + 2 * a + 3 * j + 5 * b) % modulus === 0;
      const rows = allPairs(
        values.map((count) => ({ values: count })),
        forbidden,
      );
      expect(pairs(values, rows, forbidden).every(Boolean)).toBe(true);
      for (const row of rows)
        row.forEach((a, i) => row.forEach((b, j) => expect(i < j && forbidden(i, a, j, b)).toBe(false)));
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('takes little more rows than the two largest factors need, the same each time', () => {
  const factors = [8, 6, 6, 3, ...new Array<number>(20).fill(3)].map((values) => ({ values }));
  const rows = allPairs(factors);
  expect(rows.length).toBeLessThanOrEqual(70);
  expect(allPairs(factors)).toEqual(rows);
});

test('says which pair cannot be', () => {
  const factors = (middle: number) => [2, middle, 2].map((values) => ({ values }));
  const forbidden: Forbidden = (i, a, j, b) => i === 0 && a === 1 && j === 1 && b === 0;
  expect(allPairs(factors(2), forbidden).some((row) => row[0] === 1 && row[1] === 0)).toBe(false);
  expect(() => allPairs(factors(1), forbidden)).toThrow('value 1 of factor 0 and value 0 of factor 2');
});
