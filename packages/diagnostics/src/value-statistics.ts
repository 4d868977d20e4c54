import { option } from '@espalier/core';

/** Counts of values in bins of equal width. */
export interface Histogram {
  /** Edges of the bins, one more than there are bins, ascending. */
  readonly edges: readonly number[];
  /** How many values lie in each bin, its left edge included; in the last bin both. */
  readonly counts: readonly number[];
  /** Finite values under the first edge and above the last: 0 unless a range was given. */
  readonly below: number;
  readonly above: number;
}

/** What a set of numbers is like. All but `size`, `nonFinite` speak of the finite ones; without any, means are NaN (null in JSON). */
export interface ValueStatistics {
  readonly size: number;
  readonly mean: number;
  /** Standard deviation, divided by the number of values: numpy's `std`, torch's with `correction=0`. */
  readonly deviation: number;
  /** L2 norm. */
  readonly norm: number;
  readonly min: number;
  readonly max: number;
  /** Share that is exactly 0. */
  readonly zeros: number;
  /** Share with |x| < threshold. */
  readonly nearZeros: number;
  /** How many are NaN or infinite. */
  readonly nonFinite: number;
  readonly histogram: Histogram;
}

/** How values are counted. */
export interface StatisticsOptions {
  /** |x| < threshold counts as near zero; > 0. Default 1e-4. */
  readonly threshold?: number;
  /** Bins of the histogram, from 1. Default 30. */
  readonly bins?: number;
  /** Ends of the histogram, ascending. Default: the smallest and the largest value. */
  readonly range?: readonly [number, number];
}

/** The rules of {@link StatisticsOptions}. */
export const STATISTICS_RULES = {
  threshold: option.number({ min: 0, exclusiveMin: true, default: 1e-4 }),
  bins: option.integer({ min: 1, max: 10_000, default: 30 }),
  range: option.custom<readonly [number, number], { readonly optional: true }>({
    optional: true,
    expected: 'two finite numbers, the smaller first',
    accepts: (value) =>
      Array.isArray(value) &&
      value.length === 2 &&
      value.every((end) => Number.isFinite(end)) &&
      (value[0] as number) < (value[1] as number),
  }),
};

/** How {@link STATISTICS_RULES} leave the options. */
export interface StatisticsSettings {
  readonly threshold: number;
  readonly bins: number;
  readonly range?: readonly [number, number] | undefined;
}

/** Statistics of numbers, in float64, the deviation in two passes. */
export function statisticsOf(values: ArrayLike<number>, settings: StatisticsSettings): ValueStatistics {
  let [count, sum, squares, zeros, near] = [0, 0, 0, 0, 0];
  let [min, max] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    count++;
    sum += value;
    squares += value * value;
    if (value === 0) zeros++;
    if (Math.abs(value) < settings.threshold) near++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = sum / count;
  let deviations = 0;
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i]!)) deviations += (values[i]! - mean) ** 2;
  return {
    size: values.length,
    mean,
    deviation: Math.sqrt(deviations / count),
    norm: Math.sqrt(squares),
    min: count === 0 ? NaN : min,
    max: count === 0 ? NaN : max,
    zeros: zeros / count,
    nearZeros: near / count,
    nonFinite: values.length - count,
    histogram: histogramOf(values, settings.bins, settings.range ?? (count === 0 ? [0, 1] : [min, max])),
  };
}

/** As `numpy.histogram`: a range of no width is widened by 0.5 on both sides. */
export function histogramOf(
  values: ArrayLike<number>,
  bins: number,
  [from, to]: readonly [number, number],
): Histogram {
  const [low, high] = from === to ? [from - 0.5, to + 0.5] : [from, to];
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins);
  edges[bins] = high;
  const counts = new Array<number>(bins).fill(0);
  let [below, above] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < low) below++;
    else if (value > high) above++;
    else {
      let bin = Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins));
      // Rounding may have put it beside the bin that the edges say.
      if (bin > 0 && value < edges[bin]!) bin--;
      else if (bin < bins - 1 && value >= edges[bin + 1]!) bin++;
      counts[bin]!++;
    }
  }
  return { edges, counts, below, above };
}
