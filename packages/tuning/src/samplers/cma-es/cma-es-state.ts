import { exp, log, type Matrix, matrix, pow, symmetricEigen } from '@espalier/core/internal';
/** The distribution that CMA-ES draws from, N(mean, sigma^2 C), and its two paths. */
export interface CmaEsState {
  readonly generation: number;
  readonly mean: Float64Array;
  readonly sigma: number;
  readonly covariance: Matrix;
  readonly sigmaPath: Float64Array;
  readonly covariancePath: Float64Array;
}

/** A point that was tried; a smaller cost is better. */
export interface Solution {
  readonly point: ArrayLike<number>;
  readonly cost: number;
}

/** Points in a generation: 4 + floor(3 ln n). */
export function defaultPopulation(dimensions: number): number {
  return 4 + Math.floor(3 * log(dimensions));
}

/** Where the search begins: the middle, with no correlation. */
export function startOfCmaEs(mean: ArrayLike<number>, sigma: number): CmaEsState {
  const n = mean.length;
  return {
    generation: 0,
    mean: Float64Array.from(mean),
    sigma,
    covariance: matrix(n, (i, j) => (i === j ? 1 : 0)),
    sigmaPath: new Float64Array(n),
    covariancePath: new Float64Array(n),
  };
}

/** The strategy's constants for `n` dimensions and `population` points (equations 48 to 58 and table 1). */
function constants(n: number, population: number) {
  const parents = Math.floor(population / 2);
  const raw = Array.from({ length: population }, (_, i) => log((population + 1) / 2) - log(i + 1));
  const effective = (list: readonly number[]) => {
    const sum = list.reduce((a, b) => a + b, 0);
    return (sum * sum) / list.reduce((a, b) => a + b * b, 0);
  };
  const muEffective = effective(raw.slice(0, parents));
  const muNegative = effective(raw.slice(parents));
  const c1 = 2 / ((n + 1.3) * (n + 1.3) + muEffective);
  const cMu = Math.min(
    1 - c1 - 1e-8,
    (2 * (muEffective - 2 + 1 / muEffective)) / ((n + 2) * (n + 2) + muEffective),
  );
  const least = Math.min(1 + c1 / cMu, 1 + (2 * muNegative) / (muEffective + 2), (1 - c1 - cMu) / (n * cMu));
  const positive = raw.reduce((sum, w) => sum + Math.max(0, w), 0);
  const negative = raw.reduce((sum, w) => sum + Math.max(0, -w), 0);
  const weights = raw.map((w) => (w >= 0 ? w / positive : (least * w) / negative));
  const cSigma = (muEffective + 2) / (n + muEffective + 5);
  return {
    parents,
    muEffective,
    c1,
    cMu,
    weights,
    cSigma,
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((muEffective - 1) / (n + 1)) - 1) + cSigma,
    cC: (4 + muEffective / n) / (n + 4 + (2 * muEffective) / n),
    /** The expected length of a standard normal vector. */
    chi: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

/** B and D with C = B D^2 B^T. */
export function rootOf(covariance: Matrix): { vectors: Float64Array[]; lengths: Float64Array } {
  const { values, vectors } = symmetricEigen(covariance);
  return { vectors, lengths: values.map((value) => Math.sqrt(value < 0 ? 1e-8 : value)) };
}

/** mean + sigma B D z. */
export function drawPoint({ mean, sigma, covariance }: CmaEsState, z: ArrayLike<number>): Float64Array {
  const { vectors, lengths } = rootOf(covariance);
  return mean.map(
    (value, i) => value + sigma * lengths.reduce((sum, d, k) => sum + vectors[i]![k]! * d * z[k]!, 0),
  );
}

/**
 * The next state after a generation of solutions.
 *
 * Source: N. Hansen, "The CMA evolution strategy: a tutorial", 2016, equations 41 to 58, with negative weights;
 * reference: the Python package `cmaes`.
 */
export function nextCmaEsState(state: CmaEsState, solutions: readonly Solution[]): CmaEsState {
  const n = state.mean.length;
  const k = constants(n, solutions.length);
  const generation = state.generation + 1;
  const sorted = solutions.map((_, i) => i).sort((a, b) => solutions[a]!.cost - solutions[b]!.cost || a - b);
  const steps = sorted.map((i) =>
    state.mean.map((value, j) => (solutions[i]!.point[j]! - value) / state.sigma),
  );
  const mover = new Float64Array(n);
  for (let i = 0; i < k.parents; i++) for (let j = 0; j < n; j++) mover[j]! += k.weights[i]! * steps[i]![j]!;
  const mean = state.mean.map((value, j) => value + state.sigma * mover[j]!);

  const { vectors, lengths } = rootOf(state.covariance);
  /** C^(-1/2) v */
  const whiten = (v: Float64Array): Float64Array => {
    const turned = lengths.map((d, a) => v.reduce((sum, value, j) => sum + vectors[j]![a]! * value, 0) / d);
    return v.map((_, j) => turned.reduce((sum, value, a) => sum + vectors[j]![a]! * value, 0));
  };
  const square = (v: Float64Array) => v.reduce((sum, value) => sum + value * value, 0);
  const norm = (v: Float64Array) => Math.sqrt(square(v));
  const pull = Math.sqrt(k.cSigma * (2 - k.cSigma) * k.muEffective);
  const white = whiten(mover);
  const sigmaPath = state.sigmaPath.map((value, j) => (1 - k.cSigma) * value + pull * white[j]!);
  const sigma = Math.min(state.sigma * exp((k.cSigma / k.dSigma) * (norm(sigmaPath) / k.chi - 1)), 1e32);
  const settled = Math.sqrt(1 - pow(1 - k.cSigma, 2 * (generation + 1)));
  const h = norm(sigmaPath) / settled < (1.4 + 2 / (n + 1)) * k.chi ? 1 : 0;
  const drift = h * Math.sqrt(k.cC * (2 - k.cC) * k.muEffective);
  const covariancePath = state.covariancePath.map((value, j) => (1 - k.cC) * value + drift * mover[j]!);
  const weights = k.weights.map((w, i) => (w >= 0 ? w : (w * n) / (square(whiten(steps[i]!)) + 1e-8)));
  const keep =
    1 + k.c1 * (1 - h) * k.cC * (2 - k.cC) - k.c1 - k.cMu * k.weights.reduce((sum, w) => sum + w, 0);
  const raw = matrix(
    n,
    (i, j) =>
      keep * state.covariance[i]![j]! +
      k.c1 * covariancePath[i]! * covariancePath[j]! +
      k.cMu * weights.reduce((sum, w, m) => sum + w * steps[m]![i]! * steps[m]![j]!, 0),
  );
  return { generation, mean, sigma, covariance: repaired(raw), sigmaPath, covariancePath };
}

/** Symmetric, and with no direction of negative variance, which rounding and negative weights may leave. */
function repaired(raw: Matrix): Matrix {
  const n = raw.length;
  const even = matrix(n, (i, j) => (raw[i]![j]! + raw[j]![i]!) / 2);
  const { values, vectors } = symmetricEigen(even);
  if (values.every((value) => value >= 0)) return even;
  return matrix(n, (i, j) =>
    values.reduce((sum, value, k) => sum + vectors[i]![k]! * (value < 0 ? 1e-8 : value) * vectors[j]![k]!, 0),
  );
}
