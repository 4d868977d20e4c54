import { expect, test } from 'vitest';
import type { SyntheticRegressionOptions } from './synthetic-regression.js';
import { syntheticRegression } from './synthetic-regression.js';

function points(options: SyntheticRegressionOptions): { x: number[]; y: number[] } {
  const { inputs, targets } = syntheticRegression(options).arrays!;
  return { x: [...inputs['input']!.data], y: [...targets['target']!.data] };
}

test('without noise, y is the function of x', () => {
  const data = syntheticRegression({ fn: (x) => 2 * x + 1, points: 50, noise: 0 });
  expect([data.size, data.inputs['input']!.shape, data.targets['target']!.shape]).toEqual([50, [1], [1]]);
  const { x, y } = points({ fn: (value) => 2 * value + 1, points: 50, noise: 0 });
  expect(y).toEqual(x.map((value) => Math.fround(2 * value + 1)));
});

test('points are uniform over the range without its gaps, overlapping and outlying ones too', () => {
  const gaps: [number, number][] = [
    [-3, -1],
    [-2, 0],
    [2, 3],
    [4.5, 9],
    [-20, -10],
  ];
  const { x } = points({ points: 6000, gaps });
  const within = (low: number, high: number) => x.filter((value) => value >= low && value <= high).length;
  // Left are [-5, -3], [0, 2] and [3, 4.5], 5.5 in all.
  expect(within(-5, -3) + within(0, 2) + within(3, 4.5)).toBe(6000);
  for (const [low, high] of [
    [-5, -3],
    [0, 2],
    [3, 4.5],
  ] as const) {
    expect(Math.abs(within(low, high) / 6000 - (high - low) / 5.5)).toBeLessThan(0.03);
  }
});

test('noise has the deviation asked for, and the seed decides', () => {
  const { y } = points({ fn: () => 0, points: 20000, noise: 0.5, seed: 3 });
  expect(Math.sqrt(y.reduce((sum, value) => sum + value ** 2, 0) / 20000)).toBeCloseTo(0.5, 1.5);
  expect(points({ seed: 3 })).toEqual(points({ seed: 3 }));
  expect(points({ seed: 3 })).not.toEqual(points({ seed: 4 }));
});

test.each<[unknown, RegExp]>([
  [{ points: 0 }, /points/],
  [{ fn: 'sin' }, /fn must be a function/],
  [{ noise: -0.1 }, /noise/],
  [{ range: [1, 1] }, /range must be \[low, high\]/],
  [{ gaps: [[2, 1]] }, /gaps must be a list/],
  [{ gaps: [[-5, 5]] }, /intervals that leave something of \[-5, 5\]/],
  [{ fn: (x: number) => Math.log(x) }, /fn must give finite numbers, got NaN at x = -/],
])('%o is refused', (options, message) => {
  expect(() => syntheticRegression(options as SyntheticRegressionOptions)).toThrow(message);
});
