import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { unitMatrix } from './unit-matrix.js';

beforeAll(() => tf.setBackend('cpu'));

/** The place of a weight in its parameter, counted on, is its value: columns say which weights are one unit's. */
const columnsOf = (name: string, shape: number[]): number[][] =>
  tf.tidy(() => {
    const parameter = tf.reshape(tf.range(0, tf.util.sizeFromShape(shape)), shape);
    const { matrix, restore } = unitMatrix(name, parameter);
    expect(restore(matrix).shape).toEqual(shape);
    expect(restore(matrix).dataSync()).toEqual(parameter.dataSync());
    return tf.transpose(matrix).arraySync() as number[][];
  });

test.each<[string, number[], number[][]]>([
  ['dense/kernel', [2, 3], [[0, 3], [1, 4], [2, 5]]], // prettier-ignore
  ['conv/kernel', [1, 2, 2, 2], [[0, 2, 4, 6], [1, 3, 5, 7]]], // prettier-ignore
  // [height, width, units, inputs]
  ['up/transposed_kernel', [1, 2, 2, 3], [[0, 1, 2, 6, 7, 8], [3, 4, 5, 9, 10, 11]]], // prettier-ignore
  ['up/transposed_kernel', [1, 1, 2, 2, 2], [[0, 1, 4, 5], [2, 3, 6, 7]]], // prettier-ignore
  // [height, width, inputs, filters of each]
  ['depth/depthwise_kernel', [1, 2, 2, 2], [[0, 4], [1, 5], [2, 6], [3, 7]]], // prettier-ignore
  ['bias', [3], [[0, 1, 2]]],
])('the columns of %s %j are its units', (name, shape, columns) => {
  expect(columnsOf(name, shape)).toEqual(columns);
});
