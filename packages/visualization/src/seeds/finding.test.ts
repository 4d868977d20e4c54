import { describe, expect, it } from 'vitest';
import { finding } from './finding.js';

const compare = (baseline: readonly number[], other: readonly number[]) =>
  finding({
    metric: 'accuracy',
    baseline: { name: 'a', values: baseline },
    other: { name: 'b', values: other },
    digits: 2,
  });

describe('finding', () => {
  it('gives the interval of Welch', () => {
    // Variances 1 and 4, n = 3: s^2 = 5/3; freedom (5/3)^2 / ((1/3)^2/2 + (4/3)^2/2) = 2.94, t(2) = 4.30265273.
    const { difference, margin, withinNoise, text } = compare([1, 2, 3], [2, 4, 6]);
    expect(difference).toBe(2);
    expect(margin).toBeCloseTo(4.30265273 * Math.sqrt(5 / 3), 6);
    expect(withinNoise).toBe(true);
    expect(text).toBe(
      'accuracy: no difference between b and a beyond the noise of the seeds (2.00, 95 % interval \u00b1 5.55, 3 seeds each).',
    );
  });

  it('states what is beyond the noise, and which way', () => {
    // Equal variances 0.01 and n = 5: freedom 8, t = 2.30600414, s = sqrt(0.004).
    const values = [-0.1, 0.1, 0.1, -0.1, 0].map((v) => v);
    const result = compare(
      values,
      values.map((v) => v - 1),
    );
    expect(result.margin).toBeCloseTo(2.30600414 * Math.sqrt(0.004), 6);
    expect(result.text).toBe('accuracy: b is below a by 1.00 (95 % interval \u00b1 0.15, 5 seeds each).');
    expect(compare([1, 1], [2, 2]).text).toContain('b is above a by 1.00 (95 % interval \u00b1 0.00');
  });

  it('refuses one seed and what is not finite', () => {
    expect(() => compare([1], [1, 2])).toThrow("'a' needs a finite number for each of at least two seeds");
    expect(() => compare([1, 2], [1, NaN])).toThrow("'b' needs");
  });
});
