import { expect, test } from 'vitest';
import { tiles } from './tiles.js';

test('pictures stand side by side with a gap, the last row filled up', () => {
  const picture = (value: number) => [[value, value]];
  expect(tiles([picture(1), picture(2), picture(3)], { columns: 2 })).toEqual([
    [1, 1, NaN, 2, 2],
    [NaN, NaN, NaN, NaN, NaN],
    [3, 3, NaN, NaN, NaN],
  ]);
  expect(tiles([], { columns: 2 })).toEqual([]);
});
