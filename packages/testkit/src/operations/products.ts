import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { at, build, mapped, normal } from './nd-array.js';
import { dim, type Operation, operation, seed } from './operation.js';

const sum = (count: number, term: (i: number) => number): number => {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
};

/** Products of matrices, with every pair of transposes, and what dense layers are made of. */
export const products: readonly Operation[] = [
  operation(
    'matMul',
    fc.record({ m: dim(5), k: dim(5), n: dim(5), transposeA: fc.boolean(), transposeB: fc.boolean(), seed }),
    ({ m, k, n, transposeA, transposeB, seed: from }) => ({
      inputs: [
        normal(from, 'a', transposeA ? [k, m] : [m, k]),
        normal(from, 'b', transposeB ? [n, k] : [k, n]),
      ],
      run: (a, b) => tf.matMul(a!, b!, transposeA, transposeB),
      reference: (a, b) =>
        build([m, n], ([i, j]) =>
          sum(k, (l) => at(a!, transposeA ? [l, i!] : [i!, l]) * at(b!, transposeB ? [j!, l] : [l, j!])),
        ),
    }),
  ),
  operation(
    'matMul, batched',
    fc.record({
      batch: dim(3),
      m: dim(),
      k: dim(),
      n: dim(),
      transposeA: fc.boolean(),
      transposeB: fc.boolean(),
      seed,
    }),
    ({ batch, m, k, n, transposeA, transposeB, seed: from }) => ({
      inputs: [
        normal(from, 'a', [batch, ...(transposeA ? [k, m] : [m, k])]),
        normal(from, 'b', [batch, ...(transposeB ? [n, k] : [k, n])]),
      ],
      run: (a, b) => tf.matMul(a!, b!, transposeA, transposeB),
      reference: (a, b) =>
        build([batch, m, n], ([q, i, j]) =>
          sum(
            k,
            (l) =>
              at(a!, transposeA ? [q!, l, i!] : [q!, i!, l]) * at(b!, transposeB ? [q!, j!, l] : [q!, l, j!]),
          ),
        ),
    }),
  ),
  operation('a dense layer', fc.record({ m: dim(5), k: dim(5), n: dim(5), seed }), (drawn) => ({
    inputs: [
      normal(drawn.seed, 'x', [drawn.m, drawn.k]),
      normal(drawn.seed, 'w', [drawn.k, drawn.n]),
      normal(drawn.seed, 'b', [drawn.n]),
    ],
    run: (x, w, b) =>
      tf.fused.matMul({ a: x as tf.Tensor2D, b: w as tf.Tensor2D, bias: b!, activation: 'relu' }),
    reference: (x, w, b) =>
      build([drawn.m, drawn.n], ([i, j]) =>
        Math.max(0, at(b!, [j!]) + sum(drawn.k, (l) => at(x!, [i!, l]) * at(w!, [l, j!]))),
      ),
  })),
  operation('batchNorm', fc.record({ n: dim(5), channels: dim(), seed }), ({ n, channels, seed: from }) => ({
    inputs: [
      normal(from, 'x', [n, channels]),
      normal(from, 'mean', [channels]),
      mapped(normal(from, 'variance', [channels]), (x) => Math.abs(x) + 0.2),
      normal(from, 'offset', [channels]),
      normal(from, 'scale', [channels]),
    ],
    run: (x, mean, variance, offset, scale) =>
      tf.batchNorm(
        x!,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
        1e-3,
      ),
    reference: (x, mean, variance, offset, scale) =>
      build(x!.shape, ([i, c]) => {
        const deviation = Math.sqrt(at(variance!, [c!]) + 1e-3);
        return ((at(x!, [i!, c!]) - at(mean!, [c!])) / deviation) * at(scale!, [c!]) + at(offset!, [c!]);
      }),
  })),
];
