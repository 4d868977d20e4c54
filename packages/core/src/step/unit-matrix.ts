import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** A parameter as a matrix `[weights into a unit, units]`, and its way back. */
export interface UnitMatrix {
  readonly matrix: Tensor2D;
  /** @returns The parameter's own shape. */
  restore(matrix: Tensor): Tensor;
}

/**
 * The weights of each unit as a column, as `axesIntoUnit` has them: of a `depthwise_kernel` a unit is one filter of one input; a
 * `transposed_kernel` has its units before its inputs.
 *
 * @param parameter Any shape; a vector is one unit.
 */
export function unitMatrix(name: string, parameter: Tensor): UnitMatrix {
  const { shape, rank } = parameter;
  const last = name.slice(name.lastIndexOf('/') + 1);
  if (last === 'transposed_kernel' && rank >= 2) {
    const turned = [...shape.keys()].slice(0, -2).concat(rank - 1, rank - 2);
    const swapped = tf.transpose(parameter, turned);
    return {
      matrix: tf.reshape(swapped, [-1, swapped.shape.at(-1)!]),
      restore: (matrix) => tf.transpose(tf.reshape(matrix, swapped.shape), turned),
    };
  }
  const units =
    last === 'depthwise_kernel' && rank >= 3 ? shape.slice(-2) : shape.slice(Math.max(1, rank - 1));
  const columns = units.reduce((product, one) => product * one, 1);
  return {
    matrix: tf.reshape(parameter, [-1, columns]),
    restore: (matrix) => tf.reshape(matrix, shape),
  };
}
