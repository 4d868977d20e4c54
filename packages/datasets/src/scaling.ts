/** How numbers are brought to a common scale. */
export type ScalingMethod = 'standard' | 'minMax' | 'robust';

/** `(x - shift) / scale`. */
export interface Scaling {
  readonly shift: number;
  /** > 0; 1 where the values do not vary. */
  readonly scale: number;
}

/**
 * Shift and scale of some numbers, none of them NaN: mean and standard deviation (divided by the number of values), the least
 * and the range, or the median and the distance of the quartiles.
 *
 * @see scikit-learn, `StandardScaler`, `MinMaxScaler`, `RobustScaler`.
 */
export function scalingOf(values: Float64Array, method: ScalingMethod): Scaling {
  if (method === 'minMax') {
    const [least, most] = [minimum(values), -minimum(values.map((value) => -value))];
    return { shift: least, scale: most - least || 1 };
  }
  if (method === 'robust') {
    const sorted = values.slice().sort();
    return { shift: quantile(sorted, 0.5), scale: quantile(sorted, 0.75) - quantile(sorted, 0.25) || 1 };
  }
  const shift = mean(values);
  const variance = mean(values.map((value) => (value - shift) * (value - shift)));
  return { shift, scale: deviation(variance, shift, values.length) || 1 };
}

/** The mean, 0 of nothing. */
export function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The quantile of sorted numbers, interpolated linearly, as NumPy does. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

/** The root of a variance; equal values leave one of rounding errors, which counts as 0. The bound is scikit-learn's. */
export function deviation(variance: number, center: number, values: number): number {
  const unit = values * center * Number.EPSILON;
  const bound = values * Number.EPSILON * variance + unit * unit;
  return variance <= bound ? 0 : Math.sqrt(variance);
}

function minimum(values: Float64Array): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}
