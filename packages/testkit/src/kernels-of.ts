import * as tf from '@tensorflow/tfjs-core';

/**
 * Names of the kernels that `body` calls on the active backend, forward and gradient, sorted.
 *
 * @param body May be asynchronous; what it makes is its own to dispose.
 */
export async function kernelsOf(body: () => unknown): Promise<string[]> {
  const { kernelNames } = await tf.profile(async () => {
    await body();
    return [];
  });
  // What tf.customGrad makes is listed too, by the name of the op around it.
  return kernelNames.filter((name) => tf.getKernel(name, tf.getBackend())).sort();
}
