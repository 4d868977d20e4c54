import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  expectAsOnCpu,
  expectClose,
  expectNoGrowth,
  noise,
  useWasm,
} from '../../../../testing/references/backend-wasm/support.js';

/** `A B` in float64. */
function product(
  a: tf.Tensor,
  b: tf.Tensor,
  m: number,
  n: number,
  k: number,
  tA: boolean,
  tB: boolean,
): number[] {
  const [x, y] = [a.dataSync(), b.dataSync()];
  return Array.from({ length: m * n }, (_, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let i = 0; i < k; i++)
      sum += x[tA ? i * m + row : row * k + i]! * y[tB ? column * k + i : i * n + column]!;
    return sum;
  });
}

const sizes = [
  [1, 1, 1],
  [5, 8, 4],
  [6, 9, 3],
  [13, 17, 257],
  [3, 520, 7],
  [64, 10, 64],
] as const;
const flags = [false, true];

describe('matMul', () => {
  beforeAll(useWasm);

  it.each(sizes.flatMap((size) => flags.flatMap((tA) => flags.map((tB) => [...size, tA, tB] as const))))(
    '[%i, %i] over %i equals float64, transposed %s %s',
    (m, n, k, tA, tB) => {
      const a = noise(tA ? [k, m] : [m, k], 1);
      const b = noise(tB ? [n, k] : [k, n], 2);
      expectClose(tf.matMul(a, b, tA, tB), product(a, b, m, n, k, tA, tB), 2e-6 * Math.sqrt(k));
    },
  );

  it.each([
    { a: [3, 4, 5], b: [3, 5, 2] },
    { a: [1, 4, 5], b: [3, 5, 2] },
    { a: [2, 3, 4, 5], b: [1, 3, 5, 2] },
    { a: [4, 5], b: [3, 5, 2] },
  ])('broadcasts leading axes as the cpu backend: $a by $b', ({ a, b }) =>
    expectAsOnCpu([noise(a as never, 1), noise(b as never, 2)], (x, y) => tf.matMul(x, y), 1e-6),
  );

  it('broadcasts both operands against each other', () => {
    const [a, b] = [noise([2, 1, 4, 5], 1), noise([3, 5, 9], 2)];
    const whole = tf.matMul(a, b);
    expect(whole.shape).toEqual([2, 3, 4, 9]);
    for (const [i, j] of [
      [0, 0],
      [0, 2],
      [1, 1],
    ] as const) {
      const one = tf.matMul(tf.reshape(tf.slice(a, [i, 0, 0, 0], [1, 1, 4, 5]), [4, 5]), tf.gather(b, j));
      expectClose(tf.slice(whole, [i, j, 0, 0], [1, 1, 4, 9]), one.dataSync(), 0);
    }
  });

  it('of empty operands is empty, and over an empty inner axis zero', () => {
    expect(tf.matMul(tf.zeros([0, 3]), tf.ones([3, 2])).shape).toEqual([0, 2]);
    expect([...tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 2])).dataSync()]).toEqual([0, 0, 0, 0]);
  });

  it('keeps NaN and infinity where they belong', () => {
    const a = tf.tensor2d([1, NaN, 2, 3, Infinity, 4], [3, 2]);
    const got = tf.matMul(a, tf.ones([2, 3])).dataSync();
    expect([...got]).toEqual([NaN, NaN, NaN, 5, 5, 5, Infinity, Infinity, Infinity]);
  });

  it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const)(
    'fused with bias and %s equals the cpu backend',
    (activation) => {
      const weights = tf.fill([1, 9], 0.3);
      return expectAsOnCpu(
        [noise([6, 5], 1), noise([5, 9], 2), noise([9], 3), weights],
        (a, b, bias, alpha) =>
          tf.fused.matMul({
            a: a as tf.Tensor2D,
            b: b as tf.Tensor2D,
            bias,
            activation: activation as 'relu',
            ...(activation === 'prelu' ? { preluActivationWeights: alpha } : {}),
          }),
        2e-6,
      );
    },
  );

  it('has the gradients of the float64 product', () => {
    const [a, b] = [noise([7, 11], 1), noise([11, 6], 2)];
    const dy = noise([7, 6], 3);
    const [da, db] = tf.grads((x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y))([a, b], dy);
    expectClose(da!, product(dy, b, 7, 11, 6, false, true), 5e-6);
    expectClose(db!, product(a, dy, 11, 6, 7, true, false), 5e-6);
  });

  it('names what it cannot do', () => {
    const kernel = (a: tf.Tensor, b: tf.Tensor): unknown =>
      tf
        .engine()
        .runKernel('BatchMatMul', { a, b } as never, { transposeA: false, transposeB: false } as never);
    expect(() => kernel(tf.ones([2, 2], 'int32'), tf.ones([2, 2]))).toThrow(
      /\[backend-wasm\] matMul: .*int32 and float32/,
    );
    expect(() => kernel(tf.ones([2, 3]), tf.ones([2, 3]))).toThrow(
      /inner sizes differ: shapes \[2,3\] and \[2,3\]/,
    );
  });

  it('keeps no memory', () => {
    const [a, b, bias] = [noise([6, 5]), noise([5, 3]), noise([3])];
    expectNoGrowth(() =>
      tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, bias, activation: 'relu' }),
    );
    expectNoGrowth(() => tf.matMul(a, b));
  });
});
