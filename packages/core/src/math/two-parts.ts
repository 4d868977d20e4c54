/*
 * Sums and products whose rounding error is known exactly: with it a number has two parts, some 106 bits. Only +, - and *, which
 * every engine rounds alike.
 */

/** What rounding took from `sum = a + b` (Knuth). */
export function sumError(a: number, b: number, sum: number): number {
  const back = sum - a;
  return a - (sum - back) + (b - back);
}

/** What rounding took from `product = a * b` (Dekker); for numbers below 2^990 whose product is no denormal. */
export function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a);
  const aLow = a - aHigh;
  const bHigh = upperHalf(b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** The upper 26 bits of a number (Veltkamp). */
function upperHalf(a: number): number {
  const scaled = a * 134217729;
  return scaled - (scaled - a);
}
