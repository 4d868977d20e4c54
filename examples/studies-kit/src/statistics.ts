/** The mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation of a sample, `sqrt(sum((x - mean)^2) / (n - 1))`; NaN of fewer than two values. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return NaN;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** 97.5 % quantiles of Student's t for 1, 2, ... degrees of freedom. */
const T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** The 97.5 % quantile of Student's t, that of 30 degrees of freedom for more; NaN for none. */
export function tQuantile(degrees: number): number {
  return degrees < 1 ? NaN : T[Math.min(degrees, T.length) - 1]!;
}

/**
 * How far one further run of the same kind may lie from the mean of these, with 95 % confidence, if runs are normally
 * distributed: `t * s * sqrt(1 + 1 / n)`. NaN of fewer than two values.
 */
export function predictionSpread(values: readonly number[]): number {
  const n = values.length;
  return tQuantile(n - 1) * deviation(values) * Math.sqrt(1 + 1 / n);
}

/** Half the width of the 95 % confidence interval of the mean: `t * s / sqrt(n)`. NaN of fewer than two values. */
export function meanError(values: readonly number[]): number {
  return (tQuantile(values.length - 1) * deviation(values)) / Math.sqrt(values.length);
}
