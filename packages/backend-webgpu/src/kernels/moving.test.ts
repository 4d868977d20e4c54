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

describeOnGpu('moving values', () => {
  it.each(cases<{ table: Stored; ids: Stored; dy: Stored; dTable: Stored }>('embedding'))(
    'an embedding has the gradient of PyTorch',
    async ({ table, ids, dy, dTable }) => {
      const indices = tensor(ids, 'int32');
      const got = tf.grad((t: tf.Tensor) => tf.gather(t, indices))(tensor(table), tensor(dy));
      expect(got.shape).toEqual(dTable.shape);
      await expectValues(got, numbers(dTable), 1e-6);
    },
  );

  it('sums of segments leave rows out of range out, and add whole numbers as such', async () => {
    const sums = tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4, 8]), tf.tensor1d([2, -1, 2, 3], 'int32'), 3);
    await expectValues(sums, [0, 0, 5]);
    const whole = tf.unsortedSegmentSum(
      tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'),
      tf.tensor1d([1, 1], 'int32'),
      2,
    );
    expect(whole.dtype).toBe('int32');
    await expectValues(whole, [0, 0, 4, 6]);
    const ids = tf.zeros([20_000], 'int32') as tf.Tensor1D;
    await expectValues(tf.unsortedSegmentSum(tf.fill([20_000, 1], 0.1), ids, 1), [2000], 5e-6);
  });

  it('lookups out of range are NaN, or the lowest whole number', async () => {
    const rows = tf.tensor1d([1, 2, -1], 'int32');
    await expectValues(tf.gather(tf.tensor2d([1, 2, 3, 4], [2, 2]), rows), [3, 4, NaN, NaN, NaN, NaN]);
    await expectValues(tf.gather(tf.tensor1d([5, 6], 'int32'), rows), [6, -(2 ** 31), -(2 ** 31)]);
  });

  it.each([0, 1, 2])('lookups along axis %i, by a table', async (axis) => {
    const [shape, values] = [[2, 3, 4] as const, noise(24)];
    const picks = [[1, 0], [0, 1]]; // prettier-ignore
    const y = tf.gather(tf.tensor3d(values, [...shape]), tf.tensor2d(picks, [2, 2], 'int32'), axis);
    const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const expected: number[] = [];
    for (let o = 0; o < outer; o++)
      for (const pick of picks.flat())
        for (let i = 0; i < inner; i++) expected.push(values[(o * shape[axis]! + pick) * inner + i]!);
    await expectValues(y, expected, 0);
  });

  it('scattered rows add up', async () => {
    const indices = tf.tensor2d([0, 1, 1, 0, 0, 1], [3, 2], 'int32');
    await expectValues(tf.scatterND(indices, tf.tensor1d([1, 2, 4]), [2, 2]), [0, 5, 2, 0]);
    const rows = tf.scatterND(
      tf.tensor2d([2, 0, 2], [3, 1], 'int32'),
      tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]),
      [3, 2],
    );
    await expectValues(rows, [3, 4, 0, 0, 6, 8]);
  });

  it.each([
    ['zeros', (x: tf.Tensor, pad: [number, number][]) => tf.pad(x, pad, 0.5)],
    ['reflections', (x: tf.Tensor, pad: [number, number][]) => tf.mirrorPad(x, pad, 'reflect')],
  ] as const)(
    'padding of five axes with %s equals padding without the axes of length one',
    async (_, pad) => {
      const values = noise(12);
      const plain = pad(tf.tensor2d(values, [3, 4]), [[1, 2], [2, 0]]); // prettier-ignore
      const deep = pad(tf.tensor5d(values, [1, 3, 1, 4, 1]), [[0, 0], [1, 2], [0, 0], [2, 0], [0, 0]]); // prettier-ignore
      expect(deep.shape).toEqual([1, 6, 1, 6, 1]);
      await expectValues(deep, await plain.data(), 0);
    },
  );

  it.each(
    cases<{ x: Stored; dy: Stored; dx: Stored; paddings: [number, number][]; mode: 'reflect' }>('mirrorPad'),
  )('mirror padding has the gradient of PyTorch', async ({ x, dy, dx, paddings, mode }) =>
    expectValues(
      tf.grad((v: tf.Tensor) => tf.mirrorPad(v, paddings, mode))(tensor(x), tensor(dy)),
      numbers(dx),
    ),
  );

  it('the array that a tensor was made of may be used again', async () => {
    const given = Float32Array.of(1, 2);
    const x = tf.tensor1d(given);
    given.fill(9);
    await expectValues(tf.add(x, 0), [1, 2]);
  });
});
