import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeOnGpu, expectValues } from '../../testing/on-gpu.js';

const points = [-Infinity, -100, -20, -1, -1e-3, 0, 1e-3, 1, 20, 80, Infinity];
const selu = (x: number): number => 1.0507009873554805 * (x >= 0 ? x : 1.6732632423543772 * Math.expm1(x));

describeOnGpu('functions of one value', () => {
  it.each([
    ['acosh', tf.acosh, Math.acosh],
    ['asinh', tf.asinh, Math.asinh],
    ['atanh', tf.atanh, Math.atanh],
    ['cosh', tf.cosh, Math.cosh],
    ['elu', tf.elu, (x: number) => (x >= 0 ? x : Math.expm1(x))],
    ['exp', tf.exp, Math.exp],
    ['expm1', tf.expm1, Math.expm1],
    ['log', tf.log, Math.log],
    ['log1p', tf.log1p, Math.log1p],
    ['relu6', tf.relu6, (x: number) => Math.min(6, Math.max(0, x))],
    ['selu', tf.selu, selu],
    ['sigmoid', tf.sigmoid, (x: number) => 1 / (1 + Math.exp(-x))],
    ['sinh', tf.sinh, Math.sinh],
    ['softplus', tf.softplus, (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))],
    ['tanh', tf.tanh, Math.tanh],
  ] as const)('%s is that of float64, and NaN for NaN', async (name, run, value) => {
    const bounded = points.filter(
      (x) => !['cosh', 'sinh'].includes(name) || Math.abs(x) <= 20 || x === Infinity,
    );
    // exp and log of a GPU round to some units in the last place.
    await expectValues(run(tf.tensor1d(bounded)), bounded.map((x) => value(Math.fround(x))), 5e-5); // prettier-ignore
    await expectValues(run(tf.tensor1d([NaN])), [NaN]);
  });

  it('sine and cosine are those of float64, near and far from 0', async () => {
    const near = Array.from({ length: 200 }, (_, i) => Math.fround((i - 100) * 0.173));
    const all = [...near, 1e-3, -1e-3, 1000.5, -54321, 99999];
    // What is far from 0 lies some 1e-3 beside what was meant; float64 sees the same number.
    await expectValues(tf.sin(tf.tensor1d(all)), all.map((x) => Math.sin(Math.fround(x))), 1e-6); // prettier-ignore
    await expectValues(tf.cos(tf.tensor1d(all)), all.map((x) => Math.cos(Math.fround(x))), 1e-6); // prettier-ignore
    await expectValues(tf.sin(tf.tensor1d([NaN])), [NaN]);
  });

  it('the bits do not depend on where the values were', async () => {
    const given = Float32Array.from({ length: 300 }, (_, i) => 0.1 + i / 7);
    const there = tf.tensor1d(given);
    // Uploads it.
    tf.exp(there);
    const apart = (x: tf.Tensor): tf.Tensor => tf.squaredDifference(x, tf.div(x, 3));
    for (const run of [tf.rsqrt, tf.exp, apart])
      expect([...(await run(tf.tensor1d(given)).data())]).toEqual([...(await run(there).data())]);
  });

  it('powers of zero, negative numbers and NaN', async () => {
    const [a, b] = [
      tf.tensor1d([0, 0, 0, -2, -2, -2, NaN, 2, NaN]),
      tf.tensor1d([-1, 0, 2, 3, 2, 0.5, 1, NaN, 0]),
    ];
    await expectValues(tf.pow(a, b), [Infinity, 1, 0, -8, 4, NaN, NaN, NaN, 1]);
    await expectValues(tf.pow(tf.tensor2d([[2], [3]]), tf.tensor1d([1, 2])), [2, 4, 3, 9]);
    const dx = tf.grad((x: tf.Tensor) => tf.pow(x, 2))(tf.tensor1d([0, -3]));
    await expectValues(dx, [0, -6]);
  });

  it('batch normalisation keeps its digits beside a large mean', async () => {
    const x = tf.tensor2d([1000.5, 999.25], [2, 1]);
    const y = tf.batchNorm2d(
      x,
      tf.tensor1d([1000]),
      tf.tensor1d([0.999]),
      tf.tensor1d([2]),
      tf.tensor1d([3]),
      1e-3,
    );
    await expectValues(y, [2 + 3 * 0.5, 2 - 3 * 0.75], 1e-6);
  });

  it('sums of more tensors than a shader takes', async () => {
    const tensors = Array.from({ length: 40 }, (_, i) => tf.fill([3], i));
    await expectValues(tf.addN(tensors), [780, 780, 780]);
    await expectValues(tf.addN(tensors.slice(0, 1)), [0, 0, 0]);
    expect(tf.addN([tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32')]).dtype).toBe('int32');
  });
});
