import * as tf from '@tensorflow/tfjs-core';
import type { KernelArguments, WebgpuKernel } from '../webgpu-backend.js';

const FLAG = 'WEBGPU_MATMUL_PROGRAM_TYPE';
/** TensorFlow.js' number of its product for small results. */
const SMALL_OUTPUT = 2;
/** From this inner length on it splits the sum between workgroups. */
const SPLIT_FROM = 2000;

/**
 * Keeps a kernel from the product that splits its sum between workgroups: those add up with atomics, in any order, so
 * that the same program gives other bits each time, and with a transposed second operand the result is wrong.
 */
export function withoutSplitProduct(
  kernel: WebgpuKernel,
  innerLength: (args: KernelArguments) => number,
): WebgpuKernel {
  return (args) => {
    const chosen = tf.env().getNumber(FLAG);
    if (chosen >= 0 || innerLength(args) < SPLIT_FROM) return kernel(args);
    tf.env().set(FLAG, SMALL_OUTPUT);
    try {
      return kernel(args);
    } finally {
      tf.env().set(FLAG, chosen);
    }
  };
}
