import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  cases,
  type ConvolutionCase,
  expectAsOnCpu,
  expectClose,
  expectConvolutionGradients,
  expectNoGrowth,
  noise,
  numbers,
  tensor,
  useWasm,
  type Stored,
} from '../../../../testing/references/backend-wasm/support.js';

interface Case extends ConvolutionCase {
  y: Stored;
  strides: [number, number];
  padding: [number, number];
}

const gradients = tf.grads((x: tf.Tensor, filter: tf.Tensor) =>
  tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'),
);

describe('gradients of conv2d', () => {
  beforeAll(useWasm);

  it.each(cases<Case>('conv2d'))(
    'equal PyTorch: x $x.shape, filter $filter.shape, strides $strides',
    (reference) => {
      tf.tidy(() => {
        const [top, left] = reference.padding;
        const pad: [number, number][] = [
          [0, 0],
          [top, top],
          [left, left],
          [0, 0],
        ];
        const convolve = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
          tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, reference.strides, pad as never);
        expectClose(convolve(tensor(reference.x), tensor(reference.filter)), numbers(reference.y));
        expectConvolutionGradients(convolve, reference);
      });
    },
  );

  it.each([
    { input: [2, 28, 28, 1], filter: [3, 3, 1, 32], strides: 1, pad: 'same' },
    { input: [1, 14, 13, 32], filter: [3, 3, 32, 9], strides: 1, pad: 'same' },
    { input: [3, 9, 8, 3], filter: [4, 2, 3, 5], strides: 2, pad: 'same' },
    { input: [2, 10, 7, 2], filter: [3, 5, 2, 17], strides: 3, pad: 'valid' },
    { input: [1, 3, 3, 2], filter: [1, 1, 2, 4], strides: 2, pad: 'valid' },
    { input: [2, 2, 2, 3], filter: [5, 5, 3, 2], strides: 1, pad: 'same' },
  ] as const)(
    'equal the cpu backend: $input by $filter, strides $strides, $pad',
    async ({ input, filter, strides, pad }) => {
      const convolve = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
        tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad);
      const [x, w] = [noise(input as never, 1), noise(filter as never, 2)];
      const dy = noise(convolve(x, w).shape as never, 3);
      await expectAsOnCpu([x, w, dy], (a, b, c) => tf.grads(convolve)([a, b], c)[0]!, 1e-5);
      await expectAsOnCpu([x, w, dy], (a, b, c) => tf.grads(convolve)([a, b], c)[1]!, 3e-5);
    },
  );

  it('serves conv2dTranspose and its gradients', async () => {
    const upsample = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
      tf.conv2dTranspose(a as tf.Tensor4D, b as tf.Tensor4D, [2, 8, 6, 3], 2, 'same');
    const [x, w] = [noise([2, 4, 3, 5], 1), noise([3, 3, 3, 5], 2)];
    const dy = noise([2, 8, 6, 3], 3);
    await expectAsOnCpu([x, w], upsample, 1e-5);
    await expectAsOnCpu([x, w, dy], (a, b, c) => tf.grads(upsample)([a, b], c)[0]!, 1e-5);
    await expectAsOnCpu([x, w, dy], (a, b, c) => tf.grads(upsample)([a, b], c)[1]!, 1e-5);
  });

  it('lets NaN through', () => {
    const [dx, dFilter] = gradients([tf.fill([1, 2, 2, 1], NaN), tf.ones([3, 3, 1, 1])]);
    expect([...dFilter!.dataSync()].every(Number.isNaN)).toBe(true);
    expect([...dx!.dataSync()].some(Number.isNaN)).toBe(false);
  });

  it('refuses channels-first data by name', () => {
    const call = (): unknown =>
      tf.engine().runKernel(
        'Conv2DBackpropFilter',
        { x: tf.ones([1, 1, 3, 3]), dy: tf.ones([1, 1, 3, 3]) } as never,
        {
          strides: [1, 1],
          pad: 'same',
          dataFormat: 'NCHW',
          filterShape: [1, 1, 1, 1],
        } as never,
      );
    expect(call).toThrow(
      /\[backend-wasm\] Conv2DBackpropFilter works on channels-last data \(NHWC\), got NCHW/,
    );
  });

  it('keeps no memory', () => {
    const [x, w] = [noise([2, 6, 6, 3]), noise([3, 3, 3, 4])];
    expectNoGrowth(() => gradients([x, w]));
  });
});
