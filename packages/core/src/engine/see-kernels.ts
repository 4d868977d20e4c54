import type * as tf from '@tensorflow/tfjs-core';
import { prepareTfjs } from './prepare-tfjs.js';
import { opSlot } from './tfjs-internals.js';

/** A kernel that ran, before anything that it was given or gave is gone. */
export interface KernelCall {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The first of its outputs. */
  readonly output: tf.Tensor;
}

/**
 * Runs `body`, and shows every kernel that runs meanwhile to `see`. Synchronous. Kernels that `see` runs itself are not shown.
 */
export function seeKernels<T>(see: (call: KernelCall) => void, body: () => T): T {
  prepareTfjs();
  const slot = opSlot();
  const outer = slot.watch;
  const below = outer ?? slot.stock;
  const watch: typeof below = {
    runKernel(kernel, inputs, attributes) {
      const result = below.runKernel(kernel, inputs, attributes);
      slot.watch = outer;
      try {
        see({
          kernel,
          inputs: inputs as KernelCall['inputs'],
          attributes: (attributes ?? {}) as KernelCall['attributes'],
          output: (Array.isArray(result) ? result[0] : result) as tf.Tensor,
        });
      } finally {
        slot.watch = watch;
      }
      return result;
    },
    addTapeNode: (...node) => below.addTapeNode(...node),
  };
  slot.watch = watch;
  try {
    return body();
  } finally {
    slot.watch = outer;
  }
}
