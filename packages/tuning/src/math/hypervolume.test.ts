import { expect, test } from 'vitest';
import { bestSubset, hypervolume } from './hypervolume.js';
import { nonDominationRanks } from './pareto.js';

test('two overlapping boxes, a dominated point, one outside', () => {
  const points = [
    [1, 2],
    [2, 1],
    [2, 2],
    [0, 5],
  ];
  // Up to (3, 3): 2 x 1 + 1 x 2 - the overlap 1 x 1.
  expect(hypervolume(points, [3, 3])).toBe(3);
  expect(hypervolume([], [3, 3])).toBe(0);
});

test('three dimensions agree with counting the cells of a lattice', () => {
  const points = [
    [1, 4, 2],
    [3, 1, 4],
    [2, 2, 3],
    [4, 3, 0],
    [2, 2, 3],
  ];
  let cells = 0;
  for (let i = 0; i < 6; i++)
    for (let j = 0; j < 6; j++)
      for (let k = 0; k < 6; k++) if (points.some(([a, b, c]) => a! <= i && b! <= j && c! <= k)) cells++;
  expect(hypervolume(points, [6, 6, 6])).toBe(cells);
});

test('ranks count how often the front has been taken away', () => {
  const points = [
    [1, 1],
    [2, 2],
    [0, 3],
    [2, 3],
    [1, 1],
  ];
  expect(nonDominationRanks(points)).toEqual([0, 1, 0, 2, 0]);
});

test('the subset takes the point that adds most each time', () => {
  const line = [
    [0, 10],
    [5, 5],
    [5.1, 4.95],
    [10, 0],
  ];
  // Up to (11, 11): the second alone has 6 x 6; then the ends add 1 x 5 each, the third less than 1.
  expect(bestSubset(line, 3)).toEqual([1, 0, 3]);
});
