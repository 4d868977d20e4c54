import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { on, waves } from '../../testing/on-both.js';
import { onRealLibrary } from '../../testing/real-library.js';
import { node } from '../index.js';

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;

const image = [2, 5, 6, 2];
const volume = [1, 4, 5, 4, 2];
const paddings: [number, number][] = [
  [0, 0],
  [1, 0],
  [2, 1],
  [0, 0],
];

/** Those that the `cpu` backend has right, forward and gradient. */
const convolutions: Record<string, readonly [Operation, ...number[][]]> = {
  conv2d: [(x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 1), image, [3, 3, 2, 3]],
  'conv2d, strided': [(x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 2), image, [3, 3, 2, 3]],
  'conv2d, uneven': [
    (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, paddings as never),
    image,
    [3, 3, 2, 3],
  ],
  depthwiseConv2d: [
    (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 1),
    image,
    [3, 3, 2, 2],
  ],
  conv3d: [(x, w) => tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, 1, 1 as never), volume, [2, 2, 2, 2, 1]],
  conv2dTranspose: [
    (x, w) => tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [2, 9, 11, 3], 2, 1),
    image,
    [3, 3, 3, 2],
  ],
  maxPool: [(x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 1), image],
  'maxPool, uneven': [(x) => tf.maxPool(x as tf.Tensor4D, 3, 1, paddings as never), image],
  maxPool3d: [(x) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, 1), volume],
};

/** Linear, and with a wrong gradient on `cpu`. */
const averages: Record<string, readonly [Operation, number[]]> = {
  avgPool: [(x) => tf.avgPool(x as tf.Tensor4D, 3, 2, 1), image],
  'avgPool, uneven': [(x) => tf.avgPool(x as tf.Tensor4D, 3, 1, paddings as never), image],
  avgPool3d: [(x) => tf.avgPool3d(x as tf.Tensor5D, 2, 2, 1), volume],
};

const gradient = (run: Operation, inputs: tf.Tensor[], which: number): tf.Tensor =>
  tf.grads((...xs: tf.Tensor[]) => {
    const y = run(...xs);
    return tf.sum(tf.mul(y, waves(y.shape, 0.7)));
  })(inputs)[which]!;

function expectSame(actual: { shape: number[]; values: number[] }, expected: typeof actual): void {
  expect(actual.shape).toEqual(expected.shape);
  actual.values.forEach((value, i) => expect(value).toBeCloseTo(expected.values[i]!, 4));
}

await onRealLibrary('padding given in cells', () => {
  beforeAll(() => node().activate());

  it.each(Object.entries(convolutions))('%s, forward and gradient', async (_, [run, ...shapes]) => {
    const inputs = () => shapes.map((shape, i) => waves(shape, i + 1.3));
    const forward = () => run(...inputs());
    expectSame(await on('tensorflow', forward), await on('cpu', forward));
    for (const which of shapes.keys()) {
      const backward = () => gradient(run, inputs(), which);
      expectSame(await on('tensorflow', backward), await on('cpu', backward));
    }
  });

  it.each(Object.entries(averages))('%s, forward and its transpose', async (_, [run, shape]) => {
    const forward = () => run(waves(shape));
    const expected = await on('cpu', forward);
    expectSame(await on('tensorflow', forward), expected);
    const got = await on('tensorflow', () => gradient(run, [waves(shape)], 0));
    // Column by column of the matrix that pooling is.
    const weights = await on('cpu', () => waves(expected.shape, 0.7));
    for (const at of [0, 1, 7, got.values.length - 1]) {
      const bright = new Float32Array(got.values.length);
      bright[at] = 1;
      const column = await on('cpu', () => run(tf.tensor(bright, shape)));
      const exact = column.values.reduce((sum, value, i) => sum + value * weights.values[i]!, 0);
      expect(got.values[at]).toBeCloseTo(exact, 5);
    }
  });

  it('what cannot be had is refused, not guessed', () => {
    const channelsFirst = () =>
      tf.conv2d(waves([1, 2, 4, 4]) as tf.Tensor4D, tf.ones([2, 2, 2, 1]), 1, 1, 'NCHW');
    expect(channelsFirst).toThrow(/padding/);
    expect(() => tf.maxPool(waves(image) as tf.Tensor4D, 2, 2, 1, 'ceil')).toThrow(/padding/);
  });

  it('a fused convolution', async () => {
    const run = () =>
      tf.fused.conv2d({
        x: waves(image) as tf.Tensor4D,
        filter: waves([2, 2, 2, 3]) as tf.Tensor4D,
        strides: 1,
        pad: 1,
        bias: tf.tensor1d([1, 2, -3]),
        activation: 'relu',
      });
    expectSame(await on('tensorflow', run), await on('cpu', run));
  });
});
