import type { RandomStream } from '@espalier/core';
import { joeKuo } from './joe-kuo.js';

/** Bits of a coordinate; the sequence has 2^30 points. */
export const SOBOL_BITS = 30;
/** The most dimensions that the table has. */
export const SOBOL_DIMENSIONS = joeKuo.length;

/** What a coordinate of every point is made from: `SOBOL_BITS` direction numbers, and a shift. */
export interface SobolDimension {
  /** As fractions times 2^30, the first one for the lowest bit of the index. */
  readonly directions: Uint32Array;
  readonly shift: number;
}

/** The direction numbers of a dimension, not scrambled. */
export function sobolDimension(dimension: number): SobolDimension {
  const directions = new Uint32Array(SOBOL_BITS);
  if (dimension === 0) {
    for (let i = 0; i < SOBOL_BITS; i++) directions[i] = 2 ** (SOBOL_BITS - 1 - i);
    return { directions, shift: 0 };
  }
  const [polynomial, first] = joeKuo[dimension]!.split(':') as [string, string];
  const coefficients = Number(polynomial);
  const degree = 31 - Math.clz32(coefficients);
  const m = first.split(',').map(Number);
  for (let i = 0; i < SOBOL_BITS; i++) {
    if (i >= degree) {
      // m_i = 2 a_1 m_{i-1} xor ... xor 2^d m_{i-d} xor m_{i-d}
      let next = m[i - degree]!;
      for (let k = 1; k <= degree; k++) {
        if ((coefficients >> (degree - k)) & 1) next = (next ^ ((m[i - k]! * 2 ** k) >>> 0)) >>> 0;
      }
      m.push(next);
    }
    directions[i] = m[i]! * 2 ** (SOBOL_BITS - 1 - i);
  }
  return { directions, shift: 0 };
}

/**
 * Scrambles a dimension: a random lower triangular matrix of bits with ones on its diagonal, times each direction number,
 * and a random shift (left linear matrix scrambling with a digital shift).
 *
 * @param rows `SOBOL_BITS` numbers below 2^30: row k of the matrix, of which only the k highest bits count.
 * @param shift A number below 2^30.
 * Source: J. Matoušek, "On the L2-discrepancy for anchored boxes", Journal of Complexity 14 (1998).
 */
export function scrambled(
  { directions }: SobolDimension,
  rows: ArrayLike<number>,
  shift: number,
): SobolDimension {
  const result = directions.map((direction) => {
    let product = 0;
    for (let row = 0; row < SOBOL_BITS; row++) {
      const place = SOBOL_BITS - 1 - row;
      const below = 2 ** SOBOL_BITS - 2 ** (place + 1);
      const mask = ((rows[row]! & below) | (1 << place)) & direction;
      product |= parity(mask) << place;
    }
    return product;
  });
  return { directions: result, shift };
}

/** Draws the matrix and the shift of {@link scrambled}. */
export function randomlyScrambled(dimension: SobolDimension, random: RandomStream): SobolDimension {
  const draw = () => random.nextInt32() >>> (32 - SOBOL_BITS);
  const rows = Array.from({ length: SOBOL_BITS }, draw);
  return scrambled(dimension, rows, draw());
}

/** One coordinate of point `index`, in [0, 1). Points come in the order of the Gray code, as is usual. */
export function sobolCoordinate({ directions, shift }: SobolDimension, index: number): number {
  let sum = shift;
  let gray = index ^ (index >>> 1);
  for (let i = 0; gray !== 0; i++, gray >>>= 1) if (gray & 1) sum ^= directions[i]!;
  return (sum >>> 0) / 2 ** SOBOL_BITS;
}

function parity(bits: number): number {
  let x = bits;
  x ^= x >>> 16;
  x ^= x >>> 8;
  x ^= x >>> 4;
  x ^= x >>> 2;
  x ^= x >>> 1;
  return x & 1;
}
