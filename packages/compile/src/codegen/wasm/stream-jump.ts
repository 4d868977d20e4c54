/*
 * xoroshiro128+ moves on by a matrix of bits, so that its state `steps` later is a sum (exclusive or) of its next 128 states: those whose
 * bit is set in x^steps modulo the characteristic polynomial of the matrix.
 */

/** Of xoroshiro128+ with the shifts 24, 16, 37: bit i is the coefficient of x^i. By it, x^(2^64) is the jump that its authors publish. */
const CHARACTERISTIC = 0x1_0008_828e_513b_43d5_095b_8f76_579a_a001n;
const DEGREE = 128n;

/** Bits of x^steps, lowest first, in four words of 32. */
export function jumpBits(steps: number): number[] {
  let power = 1n;
  // By the binary digits of `steps`, the highest first.
  for (const digit of steps.toString(2)) {
    power = product(power, power);
    if (digit === '1') power = reduced(power << 1n);
  }
  return [0n, 32n, 64n, 96n].map((shift) => Number((power >> shift) & 0xffffffffn) | 0);
}

function product(a: bigint, b: bigint): bigint {
  let sum = 0n;
  for (let bit = DEGREE - 1n; bit >= 0n; bit--) {
    sum = reduced(sum << 1n);
    if ((b >> bit) & 1n) sum ^= a;
  }
  return sum;
}

function reduced(polynomial: bigint): bigint {
  return polynomial >> DEGREE ? polynomial ^ CHARACTERISTIC : polynomial;
}
