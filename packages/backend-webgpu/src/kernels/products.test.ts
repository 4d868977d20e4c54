import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import {
  cases,
  describeOnGpu,
  expectValues,
  noise,
  numbers,
  type Stored,
  tensor,
} from '../../testing/on-gpu.js';

function product(m: number, k: number, n: number, transposeB: boolean) {
  const [a, b] = [noise(m * k, 1), noise(k * n, 2)];
  const expected = Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let l = 0; l < k; l++) sum += a[i * k + l]! * b[transposeB ? j * k + l : l * n + j]!;
    return sum;
  });
  return {
    expected,
    run: () =>
      tf.tidy(() =>
        tf.matMul(tf.tensor2d(a, [m, k]), tf.tensor2d(b, transposeB ? [n, k] : [k, n]), false, transposeB),
      ),
  };
}

describeOnGpu('products', () => {
  it.each([
    [16, 2000, 16, true],
    [16, 2000, 16, false],
    [20, 2051, 12, true],
    [64, 784, 64, false],
    [1, 3, 1, true],
  ])('%i x %i x %i, second transposed: %s', async (m, k, n, transposeB) => {
    const { expected, run } = product(m, k, n, transposeB);
    await expectValues(run(), expected, 2e-4);
  });

  it('long sums give the same bits each time', async () => {
    const { run } = product(16, 4096, 32, false);
    const bits = async () => [...new Int32Array((await run().data()).slice().buffer)];
    expect(await bits()).toEqual(await bits());
  });

  it('both sides may be broadcast, and a sum of nothing is 0', async () => {
    const [a, b] = [noise(2 * 2 * 3, 1), noise(3 * 3 * 2, 2)];
    const expected: number[] = [];
    for (let p = 0; p < 2; p++)
      for (let q = 0; q < 3; q++)
        for (let i = 0; i < 2; i++)
          for (let j = 0; j < 2; j++)
            expected.push(
              [0, 1, 2].reduce((sum, l) => sum + a[p * 6 + i * 3 + l]! * b[q * 6 + l * 2 + j]!, 0),
            );
    const y = tf.matMul(tf.tensor(a, [2, 1, 2, 3]), tf.tensor(b, [1, 3, 3, 2]));
    expect(y.shape).toEqual([2, 3, 2, 2]);
    await expectValues(y, expected);
    await expectValues(tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3])), [0, 0, 0, 0, 0, 0]);
  });

  it.each(['relu', 'relu6', 'elu', 'sigmoid'] as const)('fused with %s keeps NaN', async (activation) => {
    const a = tf.tensor2d([NaN, 1, -2, 3], [2, 2]);
    const b = tf.tensor2d([1, 0, 0, 1], [2, 2]);
    const rows = (await tf.fused.matMul({ a, b, bias: tf.tensor1d([1, 1]), activation }).data()).map(
      Number.isNaN as never,
    );
    expect([...rows]).toEqual([1, 1, 0, 0]);
    const x = tf.tensor4d([NaN], [1, 1, 1, 1]);
    const filter = tf.ones<tf.Rank.R4>([1, 1, 1, 1]);
    for (const convolve of [tf.fused.conv2d, tf.fused.depthwiseConv2d])
      await expectValues(convolve({ x, filter, strides: 1, pad: 'valid', activation }), [NaN]);
  });

  it.each(
    cases<{
      x: Stored;
      filter: Stored;
      dy: Stored;
      dx: Stored;
      dFilter: Stored;
      y: Stored;
      strides: [number, number];
      padding: [number, number];
    }>('conv2d'),
  )(
    'convolutions are those of PyTorch: $x.shape, $filter.shape, strides $strides',
    async ({ x, filter, dy, dx, dFilter, y, strides, padding: [top, left] }) => {
      const pad = [[0, 0], [top, top], [left, left], [0, 0]]; // prettier-ignore
      const convolve = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
        tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad as never);
      const [gradX, gradFilter] = tf.grads(convolve)([tensor(x), tensor(filter)], tensor(dy));
      await expectValues(convolve(tensor(x), tensor(filter)), numbers(y));
      await expectValues(gradX!, numbers(dx));
      await expectValues(gradFilter!, numbers(dFilter));
    },
  );

  it.each(
    cases<{
      x: Stored;
      filter: Stored;
      dy: Stored;
      dx: Stored;
      dFilter: Stored;
      strides: number;
      padding: 'same' | 'valid';
    }>('conv3d'),
  )(
    'convolutions of volumes are those of PyTorch: strides $strides, $padding',
    async ({ x, filter, dy, dx, dFilter, strides, padding }) => {
      const [gradX, gradFilter] = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
        tf.conv3d(a as tf.Tensor5D, b as tf.Tensor5D, strides, padding),
      )([tensor(x), tensor(filter)], tensor(dy));
      await expectValues(gradX!, numbers(dx));
      await expectValues(gradFilter!, numbers(dFilter));
    },
  );

  it.each(cases<{ equation: string; x: Stored; w: Stored; y: Stored }>('einsum'))(
    'einsum $equation is that of PyTorch',
    async ({ equation, x, w, y }) => expectValues(tf.einsum(equation, tensor(x), tensor(w)), numbers(y)),
  );
});
