import { exp, log, log1p } from '@espalier/core/internal';

/*
 * The normal distribution in float64, good to some 1e-14 relative, far into its tails.
 */

const SQRT2 = Math.SQRT2;
const LOG_SQRT_2PI = 0.5 * log(2 * Math.PI);

/** exp(x^2) erfc(x) for x >= 2: a continued fraction (Abramowitz and Stegun, 7.1.14), by Lentz's method. */
function scaledErfc(x: number): number {
  let f = x;
  let c = x;
  let d = 0;
  for (let n = 1; n < 500; n++) {
    d = 1 / (x + (n / 2) * d);
    c = x + n / 2 / c;
    const change = c * d;
    f *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return 1 / (Math.sqrt(Math.PI) * f);
}

/** erf(x) for |x| <= 2: a series of positive terms (7.1.6). */
function seriesErf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * exp(-x * x) * sum;
}

/** 1 - erf(x). */
function erfc(x: number): number {
  if (x > 2) return exp(-x * x) * scaledErfc(x);
  if (x < -2) return 2 - erfc(-x);
  return 1 - seriesErf(x);
}

/** The share of a standard normal distribution below `x`. */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x / SQRT2);
}

/** The logarithm of the share below `x`, also where that share is too small for a float64. */
export function logNormalCdf(x: number): number {
  if (x === Infinity) return 0;
  if (x > 0) return log1p(-0.5 * erfc(x / SQRT2));
  if (x > -2 * SQRT2) return log(0.5 * erfc(-x / SQRT2));
  return -0.5 * x * x + log(0.5 * scaledErfc(-x / SQRT2));
}

/** The logarithm of the density at `x`. */
export function logNormalDensity(x: number): number {
  return -0.5 * x * x - LOG_SQRT_2PI;
}

/** log(P(a < z < b)) of a standard normal z, for a < b. */
export function logNormalMass(a: number, b: number): number {
  // In the right tail shares are 1 - something tiny: mirrored into the left one.
  if (a > 0) return logNormalMass(-b, -a);
  if (b <= 0) {
    const high = logNormalCdf(b);
    return high + log1p(-exp(logNormalCdf(a) - high));
  }
  return log1p(-normalCdf(a) - normalCdf(-b));
}

/** `x` with P(a < z < x) = share x P(a < z < b): the quantile of a truncated normal distribution. */
export function truncatedNormalQuantile(share: number, a: number, b: number): number {
  if (share <= 0) return a;
  if (share >= 1) return b;
  if (a > 0) return -truncatedNormalQuantile(1 - share, -b, -a);
  const target = logAdd(logNormalCdf(a), log(share) + logNormalMass(a, b));
  return inverseLogCdf(target, a, b);
}

/** Newton's method on log cdf, kept inside (a, b) by halving. */
function inverseLogCdf(target: number, a: number, b: number): number {
  let [low, high] = [a, b];
  let x = Math.max(low, Math.min(high, 0));
  if (!(x > low && x < high)) x = (Math.max(low, -40) + Math.min(high, 40)) / 2;
  for (let i = 0; i < 200; i++) {
    const value = logNormalCdf(x);
    if (value < target) low = x;
    else high = x;
    let next = x - (value - target) * exp(value - logNormalDensity(x));
    if (!(next > low && next < high)) next = (Math.max(low, -40) + Math.min(high, 40)) / 2;
    if (Math.abs(next - x) <= 1e-14 * Math.max(1, Math.abs(x))) return next;
    x = next;
  }
  return x;
}

/** log(exp(p) + exp(q)). */
export function logAdd(p: number, q: number): number {
  const larger = Math.max(p, q);
  if (larger === -Infinity) return -Infinity;
  return larger + log1p(exp(Math.min(p, q) - larger));
}
