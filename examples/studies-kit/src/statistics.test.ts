import { describe, expect, test } from 'vitest';
import { deviation, mean, predictionSpread } from './statistics.js';

describe('statistics of a few runs', () => {
  test('mean and deviation are those of a sample', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(deviation([1, 2, 6])).toBeCloseTo(Math.sqrt((4 + 1 + 9) / 2), 12);
    expect(deviation([5])).toBeNaN();
    expect(mean([])).toBeNaN();
  });

  test('two runs say little, many say more', () => {
    // t(1) = 12.7062047, s = sqrt(2), n = 2
    expect(predictionSpread([0, 2])).toBeCloseTo(12.7062047 * Math.SQRT2 * Math.sqrt(1.5), 6);
    expect(predictionSpread([1])).toBeNaN();
  });
});
