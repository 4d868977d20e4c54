import * as tf from '@tensorflow/tfjs-core';
import type { NodeBackend } from '../loading/tfjs-node.js';
import type { KernelPatch } from './kernel-patch.js';

const keepingNaN = (kernelName: 'MaxPool' | 'MaxPool3D'): KernelPatch => ({
  kernelName,
  reason: 'NaN hidden',
  build(stock) {
    const pool = stock.get(kernelName);
    return (args) =>
      tf.tidy(() => {
        const broken = tf.isNaN(args.inputs['x'] as tf.Tensor);
        const { isUsingGpuDevice } = args.backend as unknown as NodeBackend;
        // Looking first costs a tenth of pooling twice. A GPU would have to be waited for.
        if (!isUsingGpuDevice && tf.any(broken).dataSync()[0] === 0) return pool(args);
        const inputs = { x: tf.cast(broken, 'float32') };
        return tf.where(tf.greater(pool({ ...args, inputs }), 0), NaN, pool(args));
      });
  },
});

/** Max pooling whose windows with a NaN are NaN, as in PyTorch. */
export const maxPool: readonly KernelPatch[] = [keepingNaN('MaxPool'), keepingNaN('MaxPool3D')];
