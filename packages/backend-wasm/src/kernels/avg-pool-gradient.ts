import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floatsOf, type KernelArguments } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';
import { eachWindow, pool2d, pool3d, windowSize, type Pooling } from './pooling-geometry.js';

const reason = "with padding 'same' the padded cells were counted";

/** Gradient of average pooling; cells of the padding are not counted, as in its forward pass. */
export const avgPoolGrad: KernelPatch = {
  kernelName: 'AvgPoolGrad',
  reason,
  build: () => (args) => averageGradient(args, pool2d(args)),
};

/** Gradient of 3-d average pooling, by the same rule. */
export const avgPool3DGrad: KernelPatch = {
  kernelName: 'AvgPool3DGrad',
  reason,
  build: () => (args) => averageGradient(args, pool3d(args)),
};

function averageGradient({ inputs, backend }: KernelArguments, pooling: Pooling): TensorInfo {
  const out = backend.makeOutput(inputs['input']!.shape, 'float32');
  const dx = floatsOf(backend, out).fill(0);
  const dy = floatsOf(backend, inputs['dy']!);
  const cells = new Int32Array(windowSize(pooling));
  eachWindow(pooling, cells, 0, 1, (count, outputOffset) => {
    for (let i = 0; i < count; i++) {
      const cell = cells[i]!;
      for (let channel = 0; channel < pooling.channels; channel++) {
        dx[cell + channel] = dx[cell + channel]! + dy[outputOffset + channel]! / count;
      }
    }
  });
  return out;
}
