import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import {
  cases,
  type ConvolutionCase,
  expectConvolutionGradients,
  expectNoGrowth,
  noise,
  useWasm,
} from '../../../../testing/references/backend-wasm/support.js';

interface Case extends ConvolutionCase {
  strides: number;
  padding: 'same' | 'valid';
}

describe('gradients of conv3d', () => {
  beforeAll(useWasm);

  it.each(cases<Case>('conv3d'))('equal PyTorch: strides $strides, padding $padding', (reference) => {
    const { strides, padding } = reference;
    expectConvolutionGradients(
      (x, filter) => tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, strides, padding),
      reference,
    );
  });

  it('keeps no memory', () => {
    const [x, w] = [noise([1, 3, 4, 4, 2]), noise([2, 2, 2, 2, 3])];
    expectNoGrowth(() =>
      tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.conv3d(a as tf.Tensor5D, b as tf.Tensor5D, 1, 'same'))([
        x,
        w,
      ]),
    );
  });
});
