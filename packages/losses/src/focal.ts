import * as tf from '@tensorflow/tfjs-core';
import { option } from '@espalier/core';

/** The rule of an exponent whose derivative is finite everywhere. */
export const GAMMA = option.custom<number>({
  expected: '0, or a number >= 1',
  accepts: (value) => value === 0 || (typeof value === 'number' && value >= 1 && value < Infinity),
  default: 2,
});

/** x^exponent for x >= 0, in one product where it is 1 or 2. */
export function power(x: tf.Tensor, exponent: number): tf.Tensor {
  if (exponent === 0) return tf.onesLike(x);
  if (exponent === 1) return x;
  return exponent === 2 ? tf.square(x) : tf.pow(x, exponent);
}
