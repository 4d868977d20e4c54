import * as tf from '@tensorflow/tfjs-core';
import type { KernelPatch } from './kernel-patch.js';

const keepingNaN = (kernelName: 'MaxPool' | 'MaxPool3D'): KernelPatch => ({
  kernelName,
  reason: 'NaN hidden',
  build(stock) {
    const pool = stock.get(kernelName);
    return (args) =>
      tf.tidy(() => {
        const x = args.inputs['x'] as tf.Tensor;
        const inputs = { x: tf.cast(tf.isNaN(x), 'float32') };
        return tf.where(tf.greater(pool({ ...args, inputs }), 0), NaN, pool(args));
      });
  },
});

/** Max pooling whose windows with a NaN are NaN, as in PyTorch. */
export const maxPool: readonly KernelPatch[] = [keepingNaN('MaxPool'), keepingNaN('MaxPool3D')];
