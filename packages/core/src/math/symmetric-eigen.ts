/** A square matrix, row by row. */
export type Matrix = readonly Float64Array[];

/** The square matrix whose element (i, j) is `value(i, j)`. */
export function matrix(size: number, value: (row: number, column: number) => number): Float64Array[] {
  return Array.from({ length: size }, (_, i) => Float64Array.from({ length: size }, (__, j) => value(i, j)));
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations.
 *
 * @returns `vectors[i][k]` is element i of the eigenvector of `values[k]`. Not sorted.
 * Source: G. H. Golub, C. F. Van Loan, "Matrix computations", 4th edition, section 8.5.
 */
export function symmetricEigen(symmetric: Matrix): { values: Float64Array; vectors: Float64Array[] } {
  const size = symmetric.length;
  const a = matrix(size, (i, j) => symmetric[i]![j]!);
  const vectors = matrix(size, (i, j) => (i === j ? 1 : 0));
  for (let sweep = 0; sweep < 100; sweep++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const square = a[i]![j]! * a[i]![j]!;
        all += square;
        if (i !== j) off += square;
      }
    if (off <= 1e-32 * all) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, p, q);
  }
  return { values: Float64Array.from({ length: size }, (_, i) => a[i]![i]!), vectors };
}

/** Makes a[p][q] zero. */
function rotate(a: Float64Array[], vectors: Float64Array[], p: number, q: number): void {
  const apq = a[p]![q]!;
  if (apq === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  const size = a.length;
  for (let k = 0; k < size; k++) {
    const [kp, kq] = [a[k]![p]!, a[k]![q]!];
    a[k]![p] = c * kp - s * kq;
    a[k]![q] = s * kp + c * kq;
  }
  for (let k = 0; k < size; k++) {
    const [pk, qk] = [a[p]![k]!, a[q]![k]!];
    a[p]![k] = c * pk - s * qk;
    a[q]![k] = s * pk + c * qk;
    const [vp, vq] = [vectors[k]![p]!, vectors[k]![q]!];
    vectors[k]![p] = c * vp - s * vq;
    vectors[k]![q] = s * vp + c * vq;
  }
}
