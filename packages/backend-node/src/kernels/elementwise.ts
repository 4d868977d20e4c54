import * as tf from '@tensorflow/tfjs-core';
import type { KernelPatch } from './kernel-patch.js';

/** Whole numbers are round already. */
export const round: KernelPatch = {
  kernelName: 'Round',
  reason: 'newer libraries made 0 of every whole number',
  build(stock) {
    const [rounded, identity] = [stock.get('Round'), stock.get('Identity')];
    return (args) => (args.inputs['x']!.dtype === 'int32' ? identity(args) : rounded(args));
  },
};

/** x where it is not negative, alpha x elsewhere. */
export const prelu: KernelPatch = {
  kernelName: 'Prelu',
  reason: 'NaN for infinity, and for any value whose slope is NaN',
  build: () => (args) => {
    const { x, alpha } = args.inputs as { x: tf.Tensor; alpha: tf.Tensor };
    return tf.tidy(() => tf.where(tf.greaterEqual(x, 0), x, tf.mul(alpha, x)));
  },
};
