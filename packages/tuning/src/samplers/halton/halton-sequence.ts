import type { RandomStream } from '@espalier/core';

/** A dimension of Halton's sequence: a prime, and for each digit which digit takes its place. */
export interface HaltonDimension {
  readonly base: number;
  /** From the first digit behind the point on; absent where digits stay. */
  readonly permutations?: readonly ArrayLike<number>[];
}

/** The dimension of the prime number `dimension`, from 0: 2, 3, 5, ... */
export function haltonDimension(dimension: number): HaltonDimension {
  const primes: number[] = [];
  for (let n = 2; primes.length <= dimension; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  return { base: primes[dimension]! };
}

/**
 * A random permutation for each digit that a number has room for.
 *
 * Source: A. B. Owen, "A randomized Halton algorithm in R", 2017.
 */
export function permuted({ base }: HaltonDimension, random: RandomStream): HaltonDimension {
  let digits = 0;
  for (let size = 1; size < 2 ** 53; size *= base) digits++;
  return { base, permutations: Array.from({ length: digits }, () => random.permutation(base)) };
}

/** One coordinate of point `index`, in [0, 1): its digits in the dimension's base, mirrored at the point. */
export function haltonCoordinate({ base, permutations }: HaltonDimension, index: number): number {
  let sum = 0;
  let share = 1 / base;
  let rest = index;
  for (let digit = 0; permutations ? digit < permutations.length : rest > 0; digit++) {
    const own = rest % base;
    sum += (permutations ? permutations[digit]![own]! : own) * share;
    share /= base;
    rest = Math.floor(rest / base);
  }
  return Math.min(sum, 1 - 2 ** -53);
}
