/**
 * The lower triangle L of a symmetric positive definite matrix A = L L'.
 *
 * @param a Rows one after the other, `size` x `size`; only the lower triangle is read.
 * @returns `undefined` where A is not positive definite.
 * Source: G. H. Golub, C. F. Van Loan, "Matrix computations", 4th edition, section 4.2.
 */
export function cholesky(a: Float64Array, size: number): Float64Array | undefined {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!;
      if (i === j) {
        if (!(sum > 0)) return undefined;
        lower[i * size + i] = Math.sqrt(sum);
      } else lower[i * size + j] = sum / lower[j * size + j]!;
    }
  }
  return lower;
}

/** x with L x = b. */
export function solveLower(lower: Float64Array, b: ArrayLike<number>): Float64Array {
  const size = b.length;
  const x = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i * size + k]! * x[k]!;
    x[i] = sum / lower[i * size + i]!;
  }
  return x;
}

/** x with L' x = b. */
export function solveUpper(lower: Float64Array, b: ArrayLike<number>): Float64Array {
  const size = b.length;
  const x = Float64Array.from(b);
  for (let i = size - 1; i >= 0; i--) {
    const value = (x[i] = x[i]! / lower[i * size + i]!);
    for (let k = 0; k < i; k++) x[k]! -= lower[i * size + k]! * value;
  }
  return x;
}

/** The inverse of L L', both triangles. */
export function inverseOf(lower: Float64Array, size: number): Float64Array {
  // M = L^-1 row by row, then M' M.
  const m = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const diagonal = lower[i * size + i]!;
    for (let k = 0; k < i; k++) {
      const factor = lower[i * size + k]!;
      for (let j = 0; j <= k; j++) m[i * size + j]! -= factor * m[k * size + j]!;
    }
    for (let j = 0; j < i; j++) m[i * size + j]! /= diagonal;
    m[i * size + i] = 1 / diagonal;
  }
  const inverse = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    for (let i = 0; i <= k; i++) {
      const factor = m[k * size + i]!;
      for (let j = 0; j <= i; j++) inverse[i * size + j]! += factor * m[k * size + j]!;
    }
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) inverse[j * size + i] = inverse[i * size + j]!;
  return inverse;
}
