import { scriptedRun } from '@espalier/testkit';
import { describe, expect, test } from 'vitest';
import { earlyStopping } from './early-stopping.js';

describe('earlyStopping with several monitors', () => {
  const both = (combine: 'any' | 'all' | 'ranked', a: number[], b: number[], more = {}) =>
    scriptedRun({
      plugins: [
        earlyStopping({
          monitor: ['a', 'b'],
          mode: ['min', 'max'],
          combine,
          patience: 2,
          restoreBest: true,
          ...more,
        }),
      ],
      epochs: a.map((value, i) => ({ a: value, b: b[i]! })),
    });

  test.each([
    // Each epoch one of them is better than it ever was.
    ['any', [3, 4, 2, 2], [1, 2, 1, 1], 4, 3],
    // Only at the third epoch are both better than at the best one.
    ['all', [3, 2, 2, 1, 1, 1], [1, 1, 2, 2, 1, 3], 5, 3],
    // a decides; b where a is the same.
    ['ranked', [3, 3, 3, 4, 4], [1, 2, 0, 9, 9], 4, 2],
  ] as const)('%s', async (combine, a, b, epochs, bestAt) => {
    const result = await both(combine, [...a], [...b]);
    expect(result.error).toBeUndefined();
    expect(result.record.epochs).toHaveLength(epochs);
    expect(result.weights['weight']!.data[0]).toBe(bestAt);
  });

  test('ranked takes a difference up to minDelta for none', async () => {
    const result = await both('ranked', [1, 1.25, 1.25], [1, 2, 2], { minDelta: [0.5, 0] });
    expect(result.weights['weight']!.data[0]).toBe(2);
    const strict = await both('ranked', [1, 1.25, 1.25], [1, 2, 2]);
    expect(strict.weights['weight']!.data[0]).toBe(1);
  });

  test('a NaN of one is no improvement of all, nor of the ranked', async () => {
    for (const [combine, bestAt] of [
      ['all', 1],
      ['ranked', 1],
      ['any', 2],
    ] as const) {
      const result = await both(combine, [1, NaN, NaN], [1, 2, 2], { checkFinite: false, patience: 9 });
      expect(result.weights['weight']!.data[0], combine).toBe(bestAt);
    }
  });

  test('stops where all reached their thresholds, or any diverged', async () => {
    const reached = await both('any', [3, 1, 1], [1, 1, 5], { patience: 9, stoppingThreshold: [2, 4] });
    expect(reached.record.stopReason).toBe('a, b reached 1, 5, better than 2, 4');
    const diverged = await both('any', [3, 9, 1], [1, 1, 5], { patience: 9, divergenceThreshold: [8, 0] });
    expect(diverged.record.stopReason).toBe('a is 9, worse than 8');
  });

  test('needs a list as long as that of the monitors', () => {
    expect(() => earlyStopping({ monitor: ['a', 'b'], minDelta: [1] })).toThrow(
      'minDelta must be a list of 2, one for each monitor',
    );
    expect(() => earlyStopping({ monitor: ['a', 'a'] })).toThrow('monitor must be');
  });
});
