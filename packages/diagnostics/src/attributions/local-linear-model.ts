import { cholesky, exp, solveLower, solveUpper } from '@espalier/core/internal';
import { failData } from '../given-arrays.js';

/** A linear model of another around one point. */
export interface LocalLinearModel {
  readonly intercept: number;
  /** One for each column; 0 of columns that were not chosen. */
  readonly weights: readonly number[];
  /** The weighted share of the variation that it explains, at most 1: whether it can be trusted. */
  readonly r2: number;
  /** What it gives at the point itself. */
  readonly local: number;
}

/** Rows around a point, the point first. */
export interface Neighbourhood {
  /** `[S, K]`, row by row. */
  readonly rows: Float64Array;
  readonly columns: number;
  /** `[S]`, how far each row is from the point. */
  readonly distances: Float64Array;
}

/** The weight of a row at a distance: `sqrt(exp(-d^2 / width^2))`. */
const nearness = (distance: number, width: number): number =>
  Math.sqrt(exp(-(distance * distance) / (width * width)));

/**
 * Fits `y = intercept + rows weights` by least squares with a ridge, rows weighted by their nearness; the intercept is not penalised.
 *
 * @param features How many columns at most. Those are taken whose weight in a first fit, ridge 0.01, times the point's entry is largest.
 */
export function localLinearModel(
  scope: string,
  { rows, columns, distances }: Neighbourhood,
  scores: ArrayLike<number>,
  {
    width,
    ridge,
    features,
  }: { readonly width: number; readonly ridge: number; readonly features?: number | undefined },
): LocalLinearModel {
  const near = distances.map((distance) => nearness(distance, width));
  const all = Array.from({ length: columns }, (_, i) => i);
  let chosen = all;
  if (features !== undefined && features < columns) {
    const { weights } = weightedRidge(scope, rows, columns, all, scores, near, 0.01);
    const size = (i: number): number => Math.abs(weights[i]! * rows[i]!);
    chosen = all.sort((a, b) => size(b) - size(a)).slice(0, features);
  }
  const { intercept, weights, r2 } = weightedRidge(scope, rows, columns, chosen, scores, near, ridge);
  const spread = new Array<number>(columns).fill(0);
  chosen.forEach((column, i) => (spread[column] = weights[i]!));
  const local = spread.reduce((sum, weight, i) => sum + weight * rows[i]!, intercept);
  return { intercept, weights: spread, r2, local };
}

function weightedRidge(
  scope: string,
  rows: Float64Array,
  columns: number,
  chosen: readonly number[],
  scores: ArrayLike<number>,
  near: Float64Array,
  ridge: number,
): { readonly intercept: number; readonly weights: Float64Array; readonly r2: number } {
  const size = chosen.length;
  const total = near.reduce((sum, weight) => sum + weight, 0);
  const mean = (of: (row: number) => number): number =>
    near.reduce((sum, weight, row) => sum + weight * of(row), 0) / total;
  const at = (row: number, i: number): number => rows[row * columns + chosen[i]!]!;
  const center = Float64Array.from(chosen, (_, i) => mean((row) => at(row, i)));
  const middle = mean((row) => scores[row]!);
  const normal = new Float64Array(size * size);
  const right = new Float64Array(size);
  for (let row = 0; row < near.length; row++) {
    const weight = near[row]!;
    for (let i = 0; i < size; i++) {
      const own = weight * (at(row, i) - center[i]!);
      right[i]! += own * (scores[row]! - middle);
      for (let j = 0; j <= i; j++) normal[i * size + j]! += own * (at(row, j) - center[j]!);
    }
  }
  for (let i = 0; i < size; i++) normal[i * size + i]! += ridge;
  const lower = cholesky(normal, size);
  if (!lower)
    return failData(
      scope,
      'no linear model can be fitted: rows around the example do not vary. A ridge above 0 allows it.',
    );
  const weights = solveUpper(lower, solveLower(lower, right));
  const intercept = middle - weights.reduce((sum, weight, i) => sum + weight * center[i]!, 0);
  const said = (row: number): number =>
    weights.reduce((sum, weight, i) => sum + weight * at(row, i), intercept);
  const left = mean((row) => (scores[row]! - said(row)) ** 2);
  const spread = mean((row) => (scores[row]! - middle) ** 2);
  return { intercept, weights, r2: spread > 0 ? 1 - left / spread : 1 };
}
