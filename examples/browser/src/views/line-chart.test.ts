import { expect, test } from 'vitest';
import { ticks } from './line-chart.js';

test.each([
  [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [0.7, 1, 5, [0.7, 0.8, 0.9, 1]],
  [0, 10, 5, [0, 2, 4, 6, 8, 10]],
  [0, 2.42, 5, [0, 0.5, 1, 1.5, 2]],
  [0, 1, 2, [0, 0.5, 1]],
])('from %f to %f about %i: round numbers', (min, max, count, expected) => {
  expect(ticks(min, max, count)).toEqual(expected);
});
