import { expect, test } from 'vitest';
import { windows } from './windows.js';

const rows = (data: ReturnType<typeof windows>, of: 'inputs' | 'targets'): [number[], number[]] => {
  const { data: values, shape } = Object.values(data.arrays![of])[0]!;
  return [Array.from(values), [...shape]];
};

test('windows of numbers and what comes next', () => {
  const data = windows([1, 2, 3, 4, 5, 6], { length: 3 });
  expect(rows(data, 'inputs')).toEqual([
    [1, 2, 3, 2, 3, 4, 3, 4, 5],
    [3, 3, 1],
  ]);
  expect(rows(data, 'targets')).toEqual([
    [4, 5, 6],
    [3, 1],
  ]);
});

test('offset, horizon, stride and chosen features', () => {
  const series = Array.from({ length: 9 }, (_, i) => [i, 10 * i]);
  const data = windows(series, { length: 2, offset: 2, horizon: 2, stride: 3, targets: [1] });
  expect(rows(data, 'inputs')).toEqual([
    [0, 0, 1, 10, 3, 30, 4, 40],
    [2, 2, 2],
  ]);
  expect(rows(data, 'targets')).toEqual([
    [30, 40, 60, 70],
    [2, 2],
  ]);
  // Exactly one window fits, and with one step less none.
  expect(windows(series.slice(0, 5), { length: 2, offset: 2, horizon: 2 }).size).toBe(1);
  expect(() => windows(series.slice(0, 4), { length: 2, offset: 2, horizon: 2 })).toThrow(
    'the series has 4 steps, and one window needs 5',
  );
});
