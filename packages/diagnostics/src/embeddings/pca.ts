import type { HostArray } from '@espalier/core';
import { checkOptions, option, readOptions, stream } from '@espalier/core';
import { matrix, symmetricEigen } from '@espalier/core/internal';
import type { AnyArray } from '../given-arrays.js';
import type { NumberRows } from './number-rows.js';
import { numberRows } from './number-rows.js';

/** Options of {@link pca}. */
export interface PcaOptions {
  /** How many, at most the smaller of examples and columns. Default 2. */
  readonly components?: number;
}

/** Examples along the directions in which they vary most. */
export interface Pca {
  /** `[N, components]` float32. */
  readonly points: HostArray;
  /** `[components, F]` float32, of length 1, the largest entry positive. */
  readonly directions: HostArray;
  /** `[F]`, what was taken off. */
  readonly mean: readonly number[];
  /** Variance along each direction, divided by N - 1. */
  readonly variances: readonly number[];
  /** Its share of all variance. */
  readonly shares: readonly number[];
}

/**
 * Principal components: the directions in which examples vary most, and where each example lies along them.
 *
 * ```text
 * points = (x - mean) directions',  directions = eigenvectors of the covariance, largest eigenvalue first
 * ```
 *
 * @param values `[N, ...]` with N >= 2, e.g. what `activations` gives for a layer; each example is one row of F numbers. It stays the caller's.
 * @param options.components Default 2.
 * @throws EspalierError `invalid-option` for more components than there can be; `invalid-data` for too few examples, NaN.
 * @example
 * ```ts
 * const { points, shares } = await pca(tf.randomNormal([50, 20], 0, 1, 'float32', 1));
 * console.log(points.shape, shares);
 * ```
 *
 * As scikit-learn's `PCA`, with its signs. Subspace iteration: Halko, Martinsson, Tropp, 2011.
 */
export async function pca(values: AnyArray, options: PcaOptions = {}): Promise<Pca> {
  const { components } = readOptions('pca', options, {
    components: option.integer({ min: 1, default: 2 }),
  }).values;
  const rows = await numberRows('pca', values);
  const most = Math.min(rows.examples, rows.columns);
  if (components > most)
    checkOptions('pca').fail(
      'components',
      `at most ${most} for ${rows.examples} examples of ${rows.columns} columns`,
      components,
    );
  const { mean, points, directions, variances, total } = principalComponents(rows, components);
  return {
    points: { data: Float32Array.from(points), shape: [rows.examples, components], dtype: 'float32' },
    directions: {
      data: Float32Array.from(directions.flatMap((one) => [...one])),
      shape: [components, rows.columns],
      dtype: 'float32',
    },
    mean: [...mean],
    variances,
    shares: variances.map((variance) => (total > 0 ? variance / total : 0)),
  };
}

/** The same in float64; `points` row by row. */
export function principalComponents({ examples, columns, values }: NumberRows, components: number) {
  const mean = new Float64Array(columns);
  values.forEach((value, i) => (mean[i % columns]! += value / examples));
  const centered = values.map((value, i) => value - mean[i % columns]!);
  const total = centered.reduce((sum, value) => sum + value * value, 0) / (examples - 1);
  const { directions, variances } = leading(centered, examples, columns, components);
  const points = new Float64Array(examples * components);
  for (let n = 0; n < examples; n++)
    directions.forEach((direction, k) => {
      let sum = 0;
      for (let i = 0; i < columns; i++) sum += centered[n * columns + i]! * direction[i]!;
      points[n * components + k] = sum;
    });
  return { mean, points, directions, variances, total };
}

/** Directions that are looked for beyond those that are wanted, and rounds at most. */
const [MORE, ROUNDS] = [10, 500];

/** The leading eigenvectors of X'X / (N - 1), by turning a block of directions towards them. */
function leading(
  x: Float64Array,
  examples: number,
  columns: number,
  components: number,
): { readonly directions: readonly Float64Array[]; readonly variances: readonly number[] } {
  const width = Math.min(components + MORE, columns);
  const start = stream(0, 'pca', 0);
  let block = orthonormal(Array.from({ length: width }, () => Float64Array.from(start.normals(columns))));
  let values = new Float64Array(width);
  for (let round = 0; round < ROUNDS; round++) {
    const images = block.map((direction) => covarianceTimes(x, examples, columns, direction));
    const inside = symmetricEigen(matrix(width, (i, j) => dot(block[i]!, images[j]!)));
    const order = [...inside.values.keys()].sort((a, b) => inside.values[b]! - inside.values[a]!);
    const turned = (of: readonly Float64Array[], k: number): Float64Array => {
      const sum = new Float64Array(columns);
      of.forEach((one, i) => {
        const share = inside.vectors[i]![k]!;
        for (let c = 0; c < columns; c++) sum[c]! += share * one[c]!;
      });
      return sum;
    };
    values = Float64Array.from(order, (k) => Math.max(0, inside.values[k]!));
    const [found, next] = [order.map((k) => turned(block, k)), order.map((k) => turned(images, k))];
    block = found;
    // How far the images still leave the wanted directions.
    const off = found
      .slice(0, components)
      .map((direction, k) => Math.hypot(...next[k]!.map((value, i) => value - values[k]! * direction[i]!)));
    if (off.every((length) => length <= 1e-9 * values[0]!)) break;
    block = orthonormal(next);
  }
  const directions = block.slice(0, components).map((direction) => {
    const largest = direction.reduce(
      (best, value) => (Math.abs(value) > Math.abs(best) + 1e-12 ? value : best),
      0,
    );
    return largest < 0 ? direction.map((value) => -value) : direction;
  });
  return { directions, variances: [...values.subarray(0, components)] };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function covarianceTimes(
  x: Float64Array,
  examples: number,
  columns: number,
  direction: Float64Array,
): Float64Array {
  const out = new Float64Array(columns);
  for (let n = 0; n < examples; n++) {
    const row = x.subarray(n * columns, (n + 1) * columns);
    const along = dot(row, direction) / (examples - 1);
    for (let i = 0; i < columns; i++) out[i]! += along * row[i]!;
  }
  return out;
}

/** Gram and Schmidt, twice; directions that are nothing new are replaced by unit vectors that are. */
function orthonormal(block: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const given of block) {
    let [direction, unit] = [given.slice(), 0];
    for (;;) {
      const before = Math.sqrt(dot(direction, direction));
      for (let pass = 0; pass < 2; pass++)
        for (const other of done) {
          const along = dot(direction, other);
          for (let i = 0; i < direction.length; i++) direction[i]! -= along * other[i]!;
        }
      const length = Math.sqrt(dot(direction, direction));
      if (length > 1e-10 * before && length > 0) {
        done.push(direction.map((value) => value / length));
        break;
      }
      direction = new Float64Array(given.length);
      direction[unit++] = 1;
    }
  }
  return done;
}
