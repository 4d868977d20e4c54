import { productError, sumError } from './two-parts.js';

/*
 * As in exponential.ts: the same bits in every engine. Angles are best given in half turns, which are reduced without an error.
 */

/**
 * `sin(pi * x)`. Error below 0.9 units in the last place, over the whole range; exactly 0 for whole numbers.
 *
 * @param x Any number, in half turns; NaN where infinite.
 */
export function sinPi(x: number): number {
  return ofHalfTurns(x, 0);
}

/**
 * `cos(pi * x)`. Error below 0.9 units in the last place, over the whole range; exactly 0 between whole numbers.
 *
 * @param x Any number, in half turns; NaN where infinite.
 */
export function cosPi(x: number): number {
  return ofHalfTurns(x, 1);
}

/**
 * The sine, for angles in radians. Error below 0.9 units in the last place, over the whole range.
 *
 * @param x Any number; NaN where infinite.
 */
export function sin(x: number): number {
  if (Math.abs(x) < Math.PI / 4 || x - x !== 0) return x - x === 0 ? sine(x, 0) : NaN;
  const sign = x < 0 ? -1 : 1;
  number[0] = Math.abs(x);
  const bits = words[0]!;
  const exponent = Number(bits >> 52n) - 1075;
  const mantissa = (bits & 0xfffffffffffffn) | 0x10000000000000n;
  // In whole numbers: as many bits behind the point as the multiple of pi takes away, and enough beyond them.
  const places = 180n + BigInt(Math.max(0, exponent + 53));
  const quarter = (halfPi ??= halfOfPi()) >> (PLACES - places);
  const scaled = mantissa << (places + BigInt(exponent));
  const turns = (scaled + (quarter >> 1n)) / quarter;
  const left = (scaled - turns * quarter) >> (places - 180n);
  const high = Number(left);
  const low = Number(left - BigInt(high));
  return sign * atQuarter(Number(turns & 3n), high * UNIT, low * UNIT);
}

const number = new Float64Array(1);
const words = new BigUint64Array(number.buffer);

/** Bits of pi / 2 behind the point, for the largest number there is. */
const PLACES = 1300n;
const UNIT = 1 / Number(1n << 180n);
let halfPi: bigint | undefined;

/** Machin's formula: pi / 4 = 4 atan(1 / 5) - atan(1 / 239). */
function halfOfPi(): bigint {
  const one = 1n << (PLACES + 32n);
  return (8n * inverseTangent(5n, one) - 2n * inverseTangent(239n, one)) >> 32n;
}

function inverseTangent(inverse: bigint, one: bigint): bigint {
  let sum = 0n;
  let term = one / inverse;
  for (let n = 1n; term !== 0n; n += 4n) {
    sum += term / n;
    term /= inverse * inverse;
    sum -= term / (n + 2n);
    term /= inverse * inverse;
  }
  return sum;
}

/** Of `pi * x`, and of so many quarters of a turn more. */
function ofHalfTurns(x: number, quarters: number): number {
  const turned = Math.abs(x) < 1e9 ? x : x % 2;
  const nearest = Math.round(turned * 2);
  const left = turned - nearest / 2;
  const high = left * Math.PI;
  const low = productError(left, Math.PI, high) + left * PI_LOW;
  // The least differences lie below what has a product error.
  if (Math.abs(left) < 1e-280) return atQuarter((nearest + quarters) & 3, left * Math.PI, 0);
  return atQuarter((nearest + quarters) & 3, high, low);
}

const PI_LOW = 1.2246467991473532e-16;

/** The sine of an angle of at most an eighth of a turn, so many quarters further on. */
function atQuarter(quarter: number, high: number, low: number): number {
  if (quarter === 0) return sine(high, low);
  if (quarter === 1) return cosine(high, low);
  return quarter === 2 ? -sine(high, low) : -cosine(high, low);
}

function sine(x: number, low: number): number {
  const z = x * x;
  let series = S8;
  series = series * z + S7;
  series = series * z + S6;
  series = series * z + S5;
  series = series * z + S4;
  series = series * z + S3;
  series = series * z + S2;
  series = series * z + S1;
  return x + (x * z * series + low * (1 - z / 2));
}

/** Of x^(2n + 1): 1 / (2n + 1)!, with signs by turns. */
const S1 = -1 / 6;
const S2 = 1 / 120;
const S3 = -1 / 5040;
const S4 = 1 / 362880;
const S5 = -1 / 39916800;
const S6 = 1 / 6227020800;
const S7 = -1 / 1307674368000;
const S8 = 1 / 355687428096000;

function cosine(x: number, low: number): number {
  const z = x * x;
  let series = C9;
  series = series * z + C8;
  series = series * z + C7;
  series = series * z + C6;
  series = series * z + C5;
  series = series * z + C4;
  series = series * z + C3;
  series = series * z + C2;
  const half = z / 2;
  const near = 1 - half;
  const lost = sumError(1, -half, near) - productError(x, x, z) / 2;
  return near + (z * z * series + (lost - x * low));
}

/** Of x^2n: 1 / (2n)!, with signs by turns. */
const C2 = 1 / 24;
const C3 = -1 / 720;
const C4 = 1 / 40320;
const C5 = -1 / 3628800;
const C6 = 1 / 479001600;
const C7 = -1 / 87178291200;
const C8 = 1 / 20922789888000;
const C9 = -1 / 6402373705728000;
