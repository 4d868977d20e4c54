import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelArguments } from '../webgpu-backend.js';
import type { KernelPatch } from './kernel-patch.js';

/** Sums of many tensors, as many at a time as the device binds to a shader. */
export const addN: KernelPatch = {
  kernelName: 'AddN',
  reason: 'more tensors than the device binds to a shader (often 8) gave garbage',
  build: (stock) => (args) => {
    const sum = stock.get('AddN');
    const most = (args.backend.device.limits['maxStorageBuffersPerShaderStage'] ?? 8) - 1;
    // TensorFlow.js passes them as an array.
    const tensors = args.inputs as unknown as readonly TensorInfo[];
    const add = (some: readonly TensorInfo[]): TensorInfo =>
      sum({ ...args, inputs: some as unknown as KernelArguments['inputs'] });
    let partial = add(tensors.slice(0, most));
    for (let done = most; done < tensors.length; done += most - 1) {
      const next = add([partial, ...tensors.slice(done, done + most - 1)]);
      args.backend.disposeData(partial.dataId);
      partial = next;
    }
    return partial;
  },
};
