import { cholesky, exp, inverseOf, log, solveLower, solveUpper } from '@espalier/core/internal';
import { minimize, type Slope } from '../../math/minimize.js';
import type { Coordinates, Kernel } from './gaussian-process.js';
import { matern } from './gaussian-process.js';

/** The least variance of noise, so that the matrix stays regular in float64. */
export const LEAST_NOISE = 1e-6;

const ITERATIONS = 40;

/**
 * The kernel that explains standardized values best: the largest log likelihood plus log prior, over logarithms of weights, scale and
 * noise, from one start.
 *
 * The prior keeps weights near 1 (-(w + 1/w) / 10), the scale is gamma(2, 1) and the noise gamma(1.1, 30) distributed.
 *
 * Source: C. E. Rasmussen, C. K. I. Williams, "Gaussian processes for machine learning", 2006, section 5.4.1; the prior is that of
 * Optuna's `GPSampler`.
 */
export function fitKernel(
  points: readonly Coordinates[],
  values: ArrayLike<number>,
  isChoice: readonly boolean[],
): Kernel {
  const size = isChoice.length;
  const squares = squaredDifferences(points, isChoice);
  const bound = (weights: number, scale: number, noise: number) => [
    ...new Array<number>(size).fill(log(weights)),
    log(scale),
    log(noise),
  ];
  const { point } = minimize((logs) => negativeLogPosterior(logs, squares, values), bound(1, 1, 1e-2), {
    low: bound(1e-4, 1e-3, 1e-9),
    high: bound(1e4, 1e3, 10),
    iterations: ITERATIONS,
    tolerance: 1e-6,
  });
  return kernelOf(point, isChoice);
}

function kernelOf(logs: ArrayLike<number>, isChoice: readonly boolean[]): Kernel {
  const size = isChoice.length;
  return {
    weights: Float64Array.from({ length: size }, (_, i) => exp(logs[i]!)),
    scale: exp(logs[size]!),
    noise: exp(logs[size + 1]!) + LEAST_NOISE,
    isChoice,
  };
}

/** For each coordinate the squares of differences of all pairs (i, j), j < i, one after the other. */
function squaredDifferences(points: readonly Coordinates[], isChoice: readonly boolean[]): Float64Array[] {
  return isChoice.map((choice, d) => {
    const squares = new Float64Array((points.length * (points.length - 1)) / 2);
    let at = 0;
    for (let i = 0; i < points.length; i++) {
      for (let j = 0; j < i; j++) {
        const difference = points[i]![d]! - points[j]![d]!;
        squares[at++] = choice ? Number(difference !== 0) : difference * difference;
      }
    }
    return squares;
  });
}

/** With its gradient by the logarithms of weights, scale and noise. Exported for its test. */
export function negativeLogPosterior(
  logs: ArrayLike<number>,
  squares: readonly Float64Array[],
  values: ArrayLike<number>,
): Slope {
  const [n, size] = [values.length, squares.length];
  const weights = squares.map((_, d) => exp(logs[d]!));
  const scale = exp(logs[size]!);
  const rawNoise = exp(logs[size + 1]!);
  const pairs = (n * (n - 1)) / 2;
  const slopes = new Float64Array(pairs);
  const kernels = new Float64Array(pairs);
  const matrix = new Float64Array(n * n);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < i; j++, at++) {
      let squared = 0;
      for (let d = 0; d < size; d++) squared += weights[d]! * squares[d]![at]!;
      const { value, slope } = matern(squared);
      kernels[at] = value;
      slopes[at] = slope;
      matrix[i * n + j] = scale * value;
    }
    matrix[i * n + i] = scale + rawNoise + LEAST_NOISE;
  }
  const lower = cholesky(matrix, n);
  if (!lower) return { value: Infinity, gradient: new Float64Array(size + 2) };
  const half = solveLower(lower, values);
  const alpha = solveUpper(lower, half);
  const inverse = inverseOf(lower, n);
  let value = 0;
  for (let i = 0; i < n; i++) value += 0.5 * half[i]! * half[i]! + log(lower[i * n + i]!);

  // d/dt of the log likelihood is half the sum of (alpha alpha' - inverse) * dK/dt; each pair counts twice.
  const gradient = new Float64Array(size + 2);
  for (let i = 0, at = 0; i < n; i++) {
    const own = alpha[i]! * alpha[i]! - inverse[i * n + i]!;
    gradient[size]! -= 0.5 * own * scale;
    gradient[size + 1]! -= 0.5 * own * rawNoise;
    for (let j = 0; j < i; j++, at++) {
      const pull = alpha[i]! * alpha[j]! - inverse[i * n + j]!;
      gradient[size]! -= pull * scale * kernels[at]!;
      const change = pull * scale * slopes[at]!;
      for (let d = 0; d < size; d++) gradient[d]! -= change * weights[d]! * squares[d]![at]!;
    }
  }
  weights.forEach((weight, d) => {
    value += 0.1 / weight + 0.1 * weight;
    gradient[d]! += 0.1 * weight - 0.1 / weight;
  });
  value += scale - log(scale);
  gradient[size]! += scale - 1;
  const noise = rawNoise + LEAST_NOISE;
  value += 30 * noise - 0.1 * log(noise);
  gradient[size + 1]! += (30 - 0.1 / noise) * rawNoise;
  return { value, gradient };
}
