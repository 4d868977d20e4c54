import { extent } from '../drawing/domain.js';

/** What is drawn around a mean: one standard deviation, one standard error of the mean, or smallest to largest. */
export type Spread = 'deviation' | 'error' | 'range';

export const spreads: readonly Spread[] = ['deviation', 'error', 'range'];

/** The names of spreads for readers. */
export const spreadText: Readonly<Record<Spread, string>> = {
  deviation: '\u00b1 1 standard deviation',
  error: '\u00b1 1 standard error',
  range: 'smallest to largest',
};

/** Mean and standard deviation (of a sample: `n - 1`); the deviation of one value is NaN, for nothing is known of it. */
export function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const scale = values.some((value) => Math.abs(value) > 1e150) ? 1e150 : 1; // squares would overflow
  const mean = values.reduce((sum, value) => sum + value / scale, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value / scale - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : NaN;
  return { mean: mean * scale, deviation: deviation * scale };
}

/** Mean of values and the ends of their spread; one value has none. */
export function meanAndSpread(
  values: readonly number[],
  spread: Spread,
): { y: number; low?: number; high?: number } {
  const { mean, deviation } = meanAndDeviation(values);
  if (values.length < 2) return { y: mean };
  if (spread === 'range') {
    const [low, high] = extent(values)!;
    return { y: mean, low, high };
  }
  const half = spread === 'error' ? deviation / Math.sqrt(values.length) : deviation;
  return { y: mean, low: mean - half, high: mean + half };
}
