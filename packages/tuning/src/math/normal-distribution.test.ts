import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { logNormalCdf, logNormalMass, normalCdf, truncatedNormalQuantile } from './normal-distribution.js';

const reference = JSON.parse(
  readFileSync(new URL('../../../../testing/references/tuning/scipy_normal.json', import.meta.url), 'utf8'),
) as {
  readonly x: number[];
  readonly cdf: number[];
  readonly logCdf: number[];
  readonly intervals: [number, number][];
  readonly shares: number[];
  readonly quantiles: number[][];
  readonly logMasses: number[];
};
function near(own: number, expected: number, tolerance: number): void {
  expect(Math.abs(own - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected) + 1e-15 * tolerance);
}

test('cdf and its logarithm are those of SciPy, tails included', () => {
  reference.x.forEach((x, i) => {
    near(normalCdf(x), reference.cdf[i]!, 1e-12);
    near(logNormalCdf(x), reference.logCdf[i]!, 1e-12);
  });
  expect(logNormalCdf(Infinity)).toBe(0);
});

test('the mass of an interval is that of SciPy, also where the cdf is 1 or 0', () => {
  reference.intervals.forEach(([a, b], i) =>
    expect(Math.abs(logNormalMass(a, b) - reference.logMasses[i]!)).toBeLessThan(1e-10),
  );
});

test('quantiles of truncated normal distributions are those of SciPy and stay inside', () => {
  reference.intervals.forEach(([a, b], i) => {
    reference.shares.forEach((share, j) => {
      const own = truncatedNormalQuantile(share, a, b);
      expect(own).toBeGreaterThanOrEqual(a);
      expect(own).toBeLessThanOrEqual(b);
      expect(Math.abs(own - reference.quantiles[i]![j]!)).toBeLessThan(1e-6 * (b - a < 1 ? b - a : 1));
    });
    expect(truncatedNormalQuantile(0, a, b)).toBe(a);
    expect(truncatedNormalQuantile(1, a, b)).toBe(b);
  });
});
