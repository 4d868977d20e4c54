import * as tf from '@tensorflow/tfjs-core';
import type { MetricTotals, Tensors } from '@espalier/core';

/** Veltkamp's constant for float32: it cuts 24 bits into 12 and 12. */
const SPLITTER = 4097;
/** Rows of the matrices that go out: the parts of the products, and what the shift left. */
const LINEAR_ROWS = 5;
const QUADRATIC_ROWS = 17;

/** Weight, mean and sum of squared deviations of each column of values `[N, D]` over a data set. */
export interface Moments {
  readonly weight: number;
  readonly mean: Float64Array;
  /** `sum_n w_n (x_nd - mean_d)^2`. */
  readonly squares: Float64Array;
}

/**
 * Sums for the {@link momentsOf} of `values` `[N, D]` over a data set, inside a step, from which the variance comes out right
 * also where it is many times smaller than the mean.
 *
 * Sums of squares in float32 lose it. Each batch is shifted by its own mean m, which leaves small numbers: with W the sum of
 * the weights, S1 and S2 the sums of `w (x - m)` and `w (x - m)^2`,
 *
 * ```text
 * sum w x = W m + S1        sum w x^2 = W m^2 + 2 m S1 + S2
 * ```
 *
 * and the large products go out as parts of at most 24 bits, exact in float32 each, that are added in float64.
 *
 * Source: Dekker, A floating-point technique for extending the available precision, 1971.
 */
export function momentSums(values: tf.Tensor2D, weights: tf.Tensor | undefined): Tensors {
  const [examples] = values.shape;
  const column = weights && tf.reshape(weights, [-1, 1]);
  const weighted = (x: tf.Tensor): tf.Tensor => tf.sum(column ? tf.mul(x, column) : x, 0, true);
  const mean = tf.mean(values, 0, true);
  const shifted = tf.sub(values, mean);
  const first = weighted(shifted);
  const weight = weights ? tf.sum(weights) : tf.scalar(examples);
  const [heavy, light] = halves(weight);
  /** W times numbers of at most 12 bits, exactly. */
  const times = (x: tf.Tensor): tf.Tensor[] => [tf.mul(x, heavy), tf.mul(x, light)];
  const [head, tail] = halves(mean);
  const cross = tf.mul(head, tail);
  const squares = tf.concat([tf.mul(head, head), tf.add(cross, cross), tf.mul(tail, tail)]);
  return {
    weight,
    linear: tf.concat([...times(tf.concat([head, tail])), first]),
    quadratic: tf.concat([
      ...halves(squares).flatMap(times),
      ...halves(tf.add(first, first)).flatMap((part) => [tf.mul(part, head), tf.mul(part, tail)]),
      weighted(tf.square(shifted)),
    ]),
  };
}

/** A number of at most 24 bits as the sum of two with at most 12. */
function halves(x: tf.Tensor): [head: tf.Tensor, tail: tf.Tensor] {
  const scaled = tf.mul(x, SPLITTER);
  const head = tf.sub(scaled, tf.sub(scaled, x));
  return [head, tf.sub(x, head)];
}

/** Weight, means and squared deviations out of what {@link momentSums} gave, added up in float64. */
export function momentsOf(totals: MetricTotals): Moments {
  const weight = totals['weight']![0]!;
  const sums = addRows(totals['linear']!, LINEAR_ROWS);
  const mean = sums.map((sum) => sum / weight);
  const squares = addRows(totals['quadratic']!, QUADRATIC_ROWS).map((sum, d) =>
    // Rounding may leave less than nothing.
    Math.max(0, sum - sums[d]! * mean[d]!),
  );
  return { weight, mean, squares };
}

/**
 * Rows whose sum is that of `w x y` of two columns `[N, D]`, with the same care: with S the sums of what the shifts leave,
 *
 * ```text
 * sum w x y = W mx my + mx Sy + my Sx + Sxy
 * ```
 */
export function crossSums(x: tf.Tensor2D, y: tf.Tensor2D, weights: tf.Tensor | undefined): tf.Tensor {
  const column = weights && tf.reshape(weights, [-1, 1]);
  const weighted = (z: tf.Tensor): tf.Tensor => tf.sum(column ? tf.mul(z, column) : z, 0, true);
  const [meanX, meanY] = [tf.mean(x, 0, true), tf.mean(y, 0, true)];
  const [leftX, leftY] = [tf.sub(x, meanX), tf.sub(y, meanY)];
  const [partsX, partsY] = [halves(meanX), halves(meanY)];
  const weight = halves(weights ? tf.sum(weights) : tf.scalar(x.shape[0]));
  /** Products of numbers of at most 12 bits are exact. */
  const times = (a: readonly tf.Tensor[], b: readonly tf.Tensor[]): tf.Tensor[] =>
    a.flatMap((one) => b.map((other) => tf.mul(one, other)));
  return tf.concat([
    ...times(times(partsX, partsY).flatMap(halves), weight),
    ...times(partsX, halves(weighted(leftY))),
    ...times(partsY, halves(weighted(leftX))),
    weighted(tf.mul(leftX, leftY)),
  ]);
}

/** Below this share of the mean square, the spread of float32 numbers is rounding. */
const ROUNDING = 2 ** -46;

/** The squared deviations of {@link momentsOf}, 0 where they are but rounding. */
export function spreadOf(totals: MetricTotals): number[] {
  const { weight, mean, squares } = momentsOf(totals);
  return Array.from(squares, (spread, d) => (spread <= ROUNDING * weight * mean[d]! * mean[d]! ? 0 : spread));
}

/** Sums under names of their own. */
export function putPrefix(prefix: string, sums: Tensors): Tensors {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [prefix + name, sum]));
}

/** The totals under such names. */
export function takePrefix(prefix: string, totals: MetricTotals): MetricTotals {
  const own = Object.entries(totals).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, total]) => [name.slice(prefix.length), total]));
}

/** The rows of a matrix `[rows, D]`, added. */
export function addRows(values: Float64Array, rows: number): Float64Array {
  const sum = new Float64Array(values.length / rows);
  values.forEach((value, i) => (sum[i % sum.length]! += value));
  return sum;
}
