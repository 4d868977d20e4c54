import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { at, broadcastAt, build, mapped, type NdArray, normal } from './nd-array.js';
import { dim, type Operation, operation, seed } from './operation.js';

const matrix = fc.record({ rows: dim(), columns: dim(), seed });

type Binary = readonly [
  run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  value: (a: number, b: number) => number,
];

/** The stock gradients of these throw when an operand is broadcast. */
const BROADCAST: Readonly<Record<string, Binary>> = {
  maximum: [tf.maximum, Math.max],
  minimum: [tf.minimum, Math.min],
  squaredDifference: [tf.squaredDifference, (a, b) => (a - b) ** 2],
};

const product = (values: readonly number[]): number => values.reduce((total, value) => total * value, 1);

const row = (x: NdArray, i: number): number[] => Array.from({ length: x.shape[1]! }, (_, j) => at(x, [i, j]));

/** Operations that stock TensorFlow.js cannot differentiate, on no backend; core puts those that broadcast right. */
export const ungraded: readonly Operation[] = [
  ...Object.entries(BROADCAST).map(([name, [run, value]]) =>
    operation(`${name}, broadcast`, matrix, ({ rows, columns, seed: from }) => ({
      inputs: [normal(from, 'a', [rows + 1, columns]), normal(from, 'b', [columns])],
      run: (a, b) => run(a!, b!),
      reference: (a, b) =>
        build(a!.shape, (position) => value(broadcastAt(a!, position), broadcastAt(b!, position))),
    })),
  ),
  operation(
    'matMul, broadcast',
    fc.record({ batch: dim(3), m: dim(), k: dim(), n: dim(), seed }),
    ({ batch, m, k, n, seed: from }) => ({
      inputs: [normal(from, 'a', [batch + 1, m, k]), normal(from, 'b', [1, k, n])],
      run: (a, b) => tf.matMul(a!, b!),
      reference: (a, b) =>
        build([batch + 1, m, n], ([q, i, j]) => {
          let total = 0;
          for (let l = 0; l < k; l++) total += at(a!, [q!, i!, l]) * at(b!, [0, l, j!]);
          return total;
        }),
    }),
  ),
  operation('einsum', fc.record({ m: dim(), k: dim(), n: dim(), seed }), ({ m, k, n, seed: from }) => ({
    inputs: [normal(from, 'a', [m, k]), normal(from, 'b', [n, k])],
    run: (a, b) => tf.einsum('ik,jk->ij', a!, b!),
    reference: (a, b) =>
      build([m, n], ([i, j]) => row(a!, i!).reduce((total, x, l) => total + x * at(b!, [j!, l]), 0)),
  })),
  operation('topk', matrix, ({ rows, columns, seed: from }) => ({
    inputs: [normal(from, 'x', [rows, columns])],
    run: (x) => tf.topk(x!, 1).values,
    reference: (x) => build([rows, 1], ([i]) => Math.max(...row(x!, i!))),
  })),
  operation('stridedSlice', matrix, ({ rows, columns, seed: from }) => ({
    inputs: [normal(from, 'x', [rows, columns])],
    run: (x) => tf.stridedSlice(x!, [0, 0], [rows, columns], [1, 2]),
    reference: (x) => build([rows, Math.ceil(columns / 2)], ([i, j]) => at(x!, [i!, 2 * j!])),
  })),
  operation('gatherND', matrix, ({ rows, columns, seed: from }) => ({
    inputs: [normal(from, 'x', [rows, columns])],
    run: (x) => tf.gatherND(x!, tf.tensor2d([[rows - 1], [0]], [2, 1], 'int32')),
    reference: (x) => build([2, columns], ([i, j]) => at(x!, [i === 0 ? rows - 1 : 0, j!])),
  })),
  operation('prod', matrix, ({ rows, columns, seed: from }) => ({
    inputs: [mapped(normal(from, 'x', [rows, columns]), (x) => x + Math.sign(x))],
    run: (x) => tf.prod(x!, 1),
    reference: (x) => build([rows], ([i]) => product(row(x!, i!))),
  })),
  operation('cumprod', matrix, ({ rows, columns, seed: from }) => ({
    inputs: [normal(from, 'x', [rows, columns])],
    run: (x) => tf.cumprod(x!, 1),
    reference: (x) => build([rows, columns], ([i, j]) => product(row(x!, i!).slice(0, j! + 1))),
  })),
];
