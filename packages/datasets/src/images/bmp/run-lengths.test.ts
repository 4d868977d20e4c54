import { expect, test } from 'vitest';
import { unpackRuns } from './run-lengths.js';

const unpack = (bytes: readonly number[], bits: 4 | 8, width: number, height: number): number[] => [
  ...unpackRuns(Uint8Array.from(bytes), bits, width, height),
];

test('rows come from the bottom, and what is left out has colour 0', () => {
  // Two of 5; one to the right and two up; three of 9, of which one lies beyond the row.
  expect(unpack([2, 5, 0, 2, 1, 2, 3, 9, 0, 1], 8, 5, 3)).toEqual([
    0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 5, 5, 0, 0, 0,
  ]);
});

test('rows that are filled up beyond the picture end there', () => {
  expect(unpack([8, 7, 0, 0, 0, 3, 1, 2, 3, 0, 0, 1], 8, 2, 2)).toEqual([1, 2, 7, 7]);
});

test('half bytes take two colours in turn, and an odd number of them fills a byte', () => {
  expect(unpack([3, 0x12, 0, 0, 0, 3, 0x45, 0x60, 0, 1], 4, 3, 2)).toEqual([4, 5, 6, 1, 2, 1]);
});

test('the mark of the end may be left out where all rows are there, and nowhere else', () => {
  expect(unpack([2, 1, 0, 0, 2, 3], 8, 2, 2)).toEqual([3, 3, 1, 1]);
  expect(() => unpack([2, 1, 0, 0, 1, 3], 8, 2, 2)).toThrow('its runs end too early');
  expect(() => unpack([0, 5, 1, 2], 8, 5, 1)).toThrow('its runs end too early');
  expect(() => unpack([2, 1, 0, 0, 2, 1], 8, 2, 1)).toThrow('there are more than 1 rows');
});
