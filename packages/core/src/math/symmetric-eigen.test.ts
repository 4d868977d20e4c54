import { expect, test } from 'vitest';
import { cholesky, inverseOf, solveLower, solveUpper } from './cholesky.js';
import { matrix, symmetricEigen } from './symmetric-eigen.js';

/** [[4, 2, 0], [2, 5, 1], [0, 1, 3]] */
const rows = [
  [4, 2, 0],
  [2, 5, 1],
  [0, 1, 3],
];
const symmetric = matrix(3, (i, j) => rows[i]![j]!);

test('eigenvectors turn a symmetric matrix into its eigenvalues', () => {
  const { values, vectors } = symmetricEigen(symmetric);
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(12, 12);
  // The determinant, by hand.
  expect(values.reduce((product, value) => product * value, 1)).toBeCloseTo(44, 10);
  for (let k = 0; k < 3; k++)
    rows.forEach((row, i) =>
      expect(row.reduce((sum, value, j) => sum + value * vectors[j]![k]!, 0)).toBeCloseTo(
        values[k]! * vectors[i]![k]!,
        12,
      ),
    );
});

test('a Cholesky factor solves and inverts, and says what is not positive', () => {
  const lower = cholesky(Float64Array.from(rows.flat()), 3)!;
  const x = solveUpper(lower, solveLower(lower, [8, 15, 11]));
  [1, 2, 3].forEach((value, i) => expect(x[i]).toBeCloseTo(value, 12));
  const inverse = inverseOf(lower, 3);
  rows.forEach((row, i) =>
    rows.forEach((_, j) =>
      expect(row.reduce((sum, value, k) => sum + value * inverse[3 * k + j]!, 0)).toBeCloseTo(
        i === j ? 1 : 0,
        12,
      ),
    ),
  );
  expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
});
