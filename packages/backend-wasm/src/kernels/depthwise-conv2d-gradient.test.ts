import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import {
  cases,
  type ConvolutionCase,
  expectAsOnCpu,
  expectConvolutionGradients,
  expectNoGrowth,
  noise,
  useWasm,
} from '../../../../testing/references/backend-wasm/support.js';

interface Case extends ConvolutionCase {
  strides: [number, number];
  padding: number;
}

describe('gradients of depthwiseConv2d', () => {
  beforeAll(useWasm);

  it.each(cases<Case>('depthwiseConv2d'))(
    'equal PyTorch: filter $filter.shape, strides $strides',
    (reference) => {
      const pad = reference.padding === 0 ? 'valid' : 'same';
      expectConvolutionGradients(
        (x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, reference.strides, pad),
        reference,
      );
    },
  );

  it.each([
    { input: [1, 1, 1, 1], filter: [1, 1, 1, 1], strides: 1, pad: 'same' },
    { input: [2, 6, 5, 3], filter: [2, 3, 3, 2], strides: 2, pad: 'same' },
    { input: [2, 7, 9, 4], filter: [3, 3, 4, 1], strides: 3, pad: 'valid' },
  ] as const)('equal the cpu backend: $input by $filter, $pad', async ({ input, filter, strides, pad }) => {
    const forward = (x: tf.Tensor, w: tf.Tensor): tf.Tensor =>
      tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);
    const [x, w] = [noise(input as never, 1), noise(filter as never, 2)];
    const dy = noise(forward(x, w).shape as never, 3);
    await expectAsOnCpu([x, w, dy], (a, b, c) => tf.grads(forward)([a, b], c)[0]!, 1e-5);
    await expectAsOnCpu([x, w, dy], (a, b, c) => tf.grads(forward)([a, b], c)[1]!, 1e-5);
  });

  it('keeps no memory', () => {
    const [x, w] = [noise([2, 5, 5, 3]), noise([3, 3, 3, 2])];
    expectNoGrowth(() =>
      tf.grads((a: tf.Tensor, b: tf.Tensor) =>
        tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same'),
      )([x, w]),
    );
  });
});
