import { cholesky, exp, solveLower, solveUpper } from '@espalier/core/internal';

/** A point: a number in [0, 1] for each coordinate, for a choice the position of its value. */
export type Coordinates = Float64Array;

/** What a Gaussian process is made of, see {@link GaussianProcess}. */
export interface Kernel {
  /** 1 / length^2 for each coordinate. */
  readonly weights: ArrayLike<number>;
  /** The variance of the function. */
  readonly scale: number;
  /** The variance of the noise on what is observed. */
  readonly noise: number;
  /** Whether a coordinate is a choice, of which two values are equal (distance 0) or not (distance 1). */
  readonly isChoice: readonly boolean[];
}

const SQRT5 = Math.sqrt(5);

/** The square of the distance between two points, coordinates weighted. */
export function squaredDistance(kernel: Kernel, a: Coordinates, b: Coordinates): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) sum += kernel.weights[i]! * (kernel.isChoice[i] ? 1 : difference * difference);
  }
  return sum;
}

/** Matern's kernel with nu = 5/2 by the square of the distance, of scale 1, and its derivative by that square. */
export function matern(squared: number): { value: number; slope: number } {
  const r = SQRT5 * Math.sqrt(squared);
  const decay = exp(-r);
  return { value: (1 + r + (5 / 3) * squared) * decay, slope: (-5 / 6) * (1 + r) * decay };
}

/** The matrix of kernel values between points, without noise: rows one after the other. */
export function kernelMatrix(kernel: Kernel, points: readonly Coordinates[]): Float64Array {
  const size = points.length;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = kernel.scale * matern(squaredDistance(kernel, points[i]!, points[j]!)).value;
      matrix[i * size + j] = value;
      matrix[j * size + i] = value;
    }
  }
  return matrix;
}

/** Mean and variance of the function at a point, and their derivatives by the coordinates (0 for choices). */
export interface Prediction {
  readonly mean: number;
  readonly variance: number;
}

/** A Gaussian process that has seen some values: what it expects elsewhere. */
export class GaussianProcess {
  readonly #kernel: Kernel;
  readonly #points: readonly Coordinates[];
  readonly #lower: Float64Array;
  readonly #alpha: Float64Array;

  /** @throws Error where points are so close that the matrix is singular in float64; noise >= 1e-6 of the scale keeps it regular. */
  constructor(kernel: Kernel, points: readonly Coordinates[], values: ArrayLike<number>) {
    const matrix = kernelMatrix(kernel, points);
    for (let i = 0; i < points.length; i++) matrix[i * points.length + i]! += kernel.noise;
    const lower = cholesky(matrix, points.length);
    if (!lower) throw new Error('the kernel matrix is singular');
    this.#kernel = kernel;
    this.#points = points;
    this.#lower = lower;
    this.#alpha = solveUpper(lower, solveLower(lower, values));
  }

  /** Of the function without noise. */
  predict(point: Coordinates): Prediction {
    const kernel = this.#kernel;
    const row = Float64Array.from(
      this.#points,
      (other) => kernel.scale * matern(squaredDistance(kernel, point, other)).value,
    );
    let mean = 0;
    for (let i = 0; i < row.length; i++) mean += row[i]! * this.#alpha[i]!;
    const half = solveLower(this.#lower, row);
    let known = 0;
    for (const value of half) known += value * value;
    return { mean, variance: kernel.scale - known };
  }

  /** The same with derivatives by the coordinates, 0 for choices. */
  predictWithGradient(
    point: Coordinates,
  ): Prediction & { readonly meanBy: Float64Array; readonly varianceBy: Float64Array } {
    const kernel = this.#kernel;
    const { scale, weights, isChoice } = kernel;
    const parts = this.#points.map((other) => matern(squaredDistance(kernel, point, other)));
    const row = Float64Array.from(parts, ({ value }) => scale * value);
    const half = solveLower(this.#lower, row);
    const solved = solveUpper(this.#lower, half);
    const meanBy = new Float64Array(point.length);
    const varianceBy = new Float64Array(point.length);
    let mean = 0;
    let known = 0;
    for (let i = 0; i < row.length; i++) {
      mean += row[i]! * this.#alpha[i]!;
      known += half[i]! * half[i]!;
      const other = this.#points[i]!;
      for (let d = 0; d < point.length; d++) {
        if (isChoice[d]) continue;
        const slope = 2 * scale * parts[i]!.slope * weights[d]! * (point[d]! - other[d]!);
        meanBy[d]! += slope * this.#alpha[i]!;
        varianceBy[d]! -= 2 * slope * solved[i]!;
      }
    }
    return { mean, variance: scale - known, meanBy, varianceBy };
  }
}
