import { addMaxPoolGradient, poolingOf } from '@espalier/core/internal';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelPatch } from './kernel-patch.js';

/** The first maximum of each window gets its gradient, as in two dimensions and as in PyTorch. */
export const maxPool3DGrad: KernelPatch = {
  kernelName: 'MaxPool3DGrad',
  reason: 'every one of several equal maxima got the whole gradient',
  build:
    () =>
    ({ inputs, attrs }) => {
      const { dy, input } = inputs as { dy: tf.Tensor5D; input: tf.Tensor5D };
      const dx = new Float32Array(input.size);
      addMaxPoolGradient(poolingOf(input.shape, attrs), input.dataSync(), dy.dataSync(), dx);
      return tf.tensor(dx, input.shape, 'float32');
    },
};
