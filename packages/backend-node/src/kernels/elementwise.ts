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

/** 1 where x is positive, `alpha` where it is not, NaN where it is NaN: in every gradient of a ReLU. */
export const step: KernelPatch = {
  kernelName: 'Step',
  reason: 'slow: ones, zeros and two selections, each written out',
  build(stock) {
    const [general, relu, sign] = [stock.get('Step'), stock.get('Relu'), stock.get('Sign')];
    return (args) => {
      const x = args.inputs['x'] as tf.Tensor;
      if (x.dtype !== 'float32' || args.attrs['alpha'] !== 0) return general(args);
      const positive = relu(args);
      const result = sign({ ...args, inputs: { x: positive } });
      positive.dispose();
      return result;
    };
  },
};
