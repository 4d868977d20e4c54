import { productError, sumError } from './two-parts.js';

/*
 * The last digit of `Math.exp`, `Math.log`, `Math.pow` and `**` is the engine's choice, and with it the bits of a run. These use what
 * is the same everywhere: +, -, *, / and the bits of a number.
 */

/**
 * `base^exponent`, with the special cases of `Math.pow` and the same bits in every engine.
 *
 * Error below 0.7 units in the last place, 1.2 of denormal results; exact where the result is.
 *
 * @param base Any number.
 * @param exponent Any number.
 */
export function pow(base: number, exponent: number): number {
  if (exponent === 0) return 1;
  if (exponent === 1) return base;
  if (base !== base || exponent !== exponent) return NaN;
  const size = Math.abs(base);
  // Beyond these sizes all powers are 0 or infinite, but those of 1.
  const extreme = size === 0 || size === Infinity || Math.abs(exponent) > 2e19;
  const limit = size > 1 === exponent > 0 ? Infinity : 0;
  if (Math.abs(exponent) === Infinity) return size === 1 ? NaN : limit;
  let sign = 1;
  if (base < 0 || Object.is(base, -0)) {
    if (Math.abs(exponent % 2) === 1) sign = -1;
    else if (exponent % 1 !== 0 && size > 0 && size < Infinity) return NaN;
  }
  if (size === 1) return sign;
  if (extreme) return sign * limit;
  // Less than half a digit from 1.
  if (Math.abs(exponent) < 1e-20) return sign;
  const high = logarithm(size);
  const low = rest;
  const product = exponent * high;
  if (product > 710) return sign * Infinity;
  if (product < -746) return sign * 0;
  return sign * exponential(product, productError(exponent, high, product) + exponent * low);
}

/**
 * `e^x`, with the special cases of `Math.exp` and the same bits in every engine.
 *
 * Error below 0.6 units in the last place, 1.2 of denormal results.
 *
 * @param x Any number.
 */
export function exp(x: number): number {
  if (x !== x) return NaN;
  if (x > 710) return Infinity;
  if (x < -746) return 0;
  return exponential(x, 0);
}

/**
 * `log(1 + x)`, good to some units in the last place also where x is small; the same bits in every engine.
 *
 * Source: the correction of D. Goldberg, "What every computer scientist should know about floating-point arithmetic", 1991, theorem 4.
 *
 * @param x Any number; NaN below -1.
 */
export function log1p(x: number): number {
  const sum = 1 + x;
  if (sum === 1) return x;
  if (sum === Infinity || !(sum > 0)) return log(sum);
  return log(sum) * (x / (sum - 1));
}

/**
 * The natural logarithm, with the special cases of `Math.log` and the same bits in every engine.
 *
 * Error below 0.9 units in the last place.
 *
 * @param x Any number.
 */
export function log(x: number): number {
  if (!(x > 0 && x < Infinity)) return x === 0 ? -Infinity : x === Infinity ? x : NaN;
  const exponent = normalize(x);
  const f = number[0]! - 1;
  const s = f / (2 + f);
  const z = s * s;
  let series = 2 / 21;
  series = series * z + 2 / 19;
  series = series * z + 2 / 17;
  series = series * z + 2 / 15;
  series = series * z + 2 / 13;
  series = series * z + 2 / 11;
  series = series * z + 2 / 9;
  series = series * z + 2 / 7;
  series = series * z + 2 / 5;
  series = series * z + 2 / 3;
  // 2 s = f - s f, so that the error of s counts little.
  return exponent * LN2_HIGH + (f - (s * (f - z * series) - exponent * LN2_LOW));
}

/** What the last `logarithm` lacks to be exact, but for some 2^-66 of it. */
let rest = 0;

const number = new Float64Array(1);
const halves = new Int32Array(number.buffer);

const LN2_HIGH = 0.6931471803691238; // 33 bits of ln 2: whole multiples up to 2^20 are exact
const LN2_LOW = 1.9082149292705877e-10;

/** Gives e of x = 2^e m, and leaves m, between sqrt(1/2) and sqrt(2), in `number`. */
function normalize(x: number): number {
  let exponent = 0;
  number[0] = x;
  if (x < 2.2250738585072014e-308) {
    number[0] = x * 18014398509481984;
    exponent = -54;
  }
  const upper = halves[1]!;
  const mantissa = upper & 0xfffff;
  const up = mantissa >= 0x6a09e ? 1 : 0;
  halves[1] = mantissa | ((1023 - up) << 20);
  return exponent + (upper >>> 20) - 1023 + up;
}

/** The logarithm of a number > 0, rounded; {@link rest} is the second part of it. */
function logarithm(x: number): number {
  // log m = 2 atanh(s), s = (m - 1) / (m + 1).
  const exponent = normalize(x);
  const m = number[0]!;
  const f = m - 1;
  const d = m + 1;
  const s = f / d;
  const back = s * d;
  const sLow = (f - back - productError(s, d, back) - s * sumError(m, 1, d)) / d;
  // atanh(s) = s (1 + z (1/3 + z (1/5 + z t))) with z = s^2: the first terms in two parts.
  const z = s * s;
  const zLow = productError(s, s, z) + 2 * s * sLow;
  let t = 1 / 25;
  t = t * z + 1 / 23;
  t = t * z + 1 / 21;
  t = t * z + 1 / 19;
  t = t * z + 1 / 17;
  t = t * z + 1 / 15;
  t = t * z + 1 / 13;
  t = t * z + 1 / 11;
  t = t * z + 1 / 9;
  t = t * z + 1 / 7;
  let product = z * t;
  let low = productError(z, t, product) + zLow * t;
  let sum = 1 / 5 + product;
  low += sumError(1 / 5, product, sum) + FIFTH_LOW;
  product = z * sum;
  low = productError(z, sum, product) + zLow * sum + z * low;
  sum = 1 / 3 + product;
  low += sumError(1 / 3, product, sum) + THIRD_LOW;
  product = z * sum;
  low = productError(z, sum, product) + zLow * sum + z * low;
  sum = 1 + product;
  low += sumError(1, product, sum);
  product = 2 * s * sum;
  low = productError(2 * s, sum, product) + 2 * (sLow * sum + s * low);
  const whole = exponent * LN2_HIGH;
  sum = whole + product;
  low += sumError(whole, product, sum) + exponent * LN2_LOW;
  const rounded = sum + low;
  rest = sumError(sum, low, rounded);
  return rounded;
}

const FIFTH_LOW = -1.1102230246251566e-17; // 1/5 less its nearest number
const THIRD_LOW = 1.850371707708594e-17;

/** `e^(high + low)`, for a `low` that is a rounding error of `high`, and `high` between -746 and 710. */
function exponential(high: number, low: number): number {
  const twos = Math.round(high * 1.4426950408889634);
  const left = high - twos * LN2_HIGH;
  const correction = low - twos * LN2_LOW;
  const a = left + correction;
  const aLow = sumError(left, correction, a);
  let series = TERMS[14]!;
  for (let n = 13; n > 1; n--) series = series * a + TERMS[n]!;
  const near = 1 + a;
  const value = near + (a * a * series + aLow * near + sumError(1, a, near));
  // In two factors: 2^1024 is no number, and 2^-1074 none with all its bits.
  const half = twos >> 1;
  return value * powerOfTwo(half) * powerOfTwo(twos - half);
}

/** 1 / n!, of whole numbers that a number holds. */
const TERMS = [1];
for (let n = 1, factorial = 1; n <= 14; n++) TERMS.push(1 / (factorial *= n));

function powerOfTwo(exponent: number): number {
  halves[0] = 0;
  halves[1] = (exponent + 1023) << 20;
  return number[0]!;
}
