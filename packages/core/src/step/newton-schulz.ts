import type { Tensor2D, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Coefficients of a step `x = a x + b (x x') x + c (x x')^2 x`. */
export type Quintic = readonly [a: number, b: number, c: number];

/** The step whose slope at 0 is largest: singular values come near 1 and stay around it. Source: Jordan et al., Muon, 2024. */
export const STEEP: Quintic = [3.4445, -4.775, 2.0315];

/**
 * Brings the singular values of a matrix to 1 or near it, and leaves its singular vectors: `U V^T` of `U S V^T` after enough steps.
 *
 * @param matrix Any shape `[n, m]`; the products are as wide as the smaller side.
 * @param steps What is done, one after the other, after a division by the Frobenius norm.
 * @param leastNorm What that norm is at least, so that zeros stay zeros.
 * @param constant How a number enters an operation. Default: as it is.
 * @returns The shape of `matrix`.
 */
export function newtonSchulz(
  matrix: Tensor2D,
  steps: readonly Quintic[],
  leastNorm: number,
  constant: (value: number) => tf.Tensor | TensorLike = (value) => value,
): Tensor2D {
  const tall = matrix.shape[0] > matrix.shape[1];
  const wide = tall ? tf.transpose(matrix) : matrix;
  let x = tf.div(wide, tf.maximum(tf.sqrt(tf.sum(tf.square(wide))), constant(leastNorm))) as Tensor2D;
  for (const [a, b, c] of steps) {
    const gram = tf.matMul(x, x, false, true);
    const polynomial = tf.add(
      tf.mul(gram, constant(b)),
      tf.mul(tf.matMul(gram, gram), constant(c)),
    ) as Tensor2D;
    x = tf.add(tf.mul(x, constant(a)), tf.matMul(polynomial, x));
  }
  return tall ? tf.transpose(x) : x;
}
