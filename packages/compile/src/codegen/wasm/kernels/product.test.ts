import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { stream } from '@espalier/core';
import { beforeAll, expect, test } from 'vitest';
import { wasmResult } from '../../../../testing/wasm-graph.js';

beforeAll(() => tf.setBackend('cpu'));

const numbers = stream(3, 'products');
const matrix = (rows: number, columns: number): tf.Tensor2D =>
  tf.tensor2d(numbers.normals(rows * columns), [rows, columns]);

/** Products of few rows and of many, with extents that are no multiples of tiles and vectors. */
test.each([
  ['a b', false, false],
  ['a bT', false, true],
  ['aT b', true, false],
  ['aT bT', true, true],
])('products %s are those in float64, to the rounding of their sums', (_, transposeA, transposeB) => {
  for (const rows of [2, 4, 5, 6, 10, 11]) {
    for (const columns of [2, 3, 8, 13]) {
      for (const inner of [1, 3, 4, 9, 301]) {
        const a = transposeA ? matrix(inner, rows) : matrix(rows, inner);
        const b = transposeB ? matrix(columns, inner) : matrix(inner, columns);
        const { data } = wasmResult((x, y) => tf.matMul(x!, y!, transposeA, transposeB), [a, b])[0]!;
        const [x, y] = [a.dataSync(), b.dataSync()];
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) {
            let [sum, size] = [0, 0];
            for (let k = 0; k < inner; k++) {
              const product =
                x[transposeA ? k * rows + i : i * inner + k]! *
                y[transposeB ? j * inner + k : k * columns + j]!;
              sum += product;
              size += Math.abs(product);
            }
            const error = Math.abs(data[i * columns + j]! - sum);
            if (!(error <= 2e-7 * Math.sqrt(inner) * size)) {
              expect.fail(`${rows} x ${inner} x ${columns} at ${i}, ${j}: off by ${error}`);
            }
          }
        }
      }
    }
  }
});

test('an infinity or NaN stays in its row and column', () => {
  const a = tf.tensor2d([Infinity, 1, 1, NaN, 1, 1, 2, 2, 2, 2, 2, 2], [2, 6]);
  const b = tf.ones([3, 6]) as tf.Tensor2D;
  const { data } = wasmResult((x, y) => tf.matMul(x!, y!, false, true), [a, b])[0]!;
  expect(Array.from(data)).toEqual([NaN, NaN, NaN, 12, 12, 12]);
});
