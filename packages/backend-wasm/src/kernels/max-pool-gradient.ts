import type { TensorInfo } from '@tensorflow/tfjs-core';
import { withScratch } from '../simd/scratch.js';
import { simdModule } from '../simd/simd-module.js';
import { addressOf, floatsOf, heapFloats, heapInts, type KernelArguments } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';
import { eachWindow, pool2d, pool3d, windowSize, type Pooling } from './pooling-geometry.js';

const reason = 'windows whose maximum is not positive lost their gradient';

/**
 * Gradient of max pooling: a window's gradient goes to its first maximum in row-major order; a NaN in the window
 * counts as its maximum, the last one winning (both as PyTorch).
 */
export const maxPoolGrad: KernelPatch = {
  kernelName: 'MaxPoolGrad',
  reason,
  build: () => (args) => maxGradient(args, pool2d(args)),
};

/** Gradient of 3-d max pooling, by the same rule. */
export const maxPool3DGrad: KernelPatch = {
  kernelName: 'MaxPool3DGrad',
  reason,
  build: () => (args) => maxGradient(args, pool3d(args)),
};

function maxGradient({ inputs, backend }: KernelArguments, pooling: Pooling): TensorInfo {
  const out = backend.makeOutput(inputs['input']!.shape, 'float32');
  floatsOf(backend, out).fill(0);
  const { maxWindow } = simdModule(backend);
  const x = addressOf(backend, inputs['input']!);
  const dy = addressOf(backend, inputs['dy']!);
  const toGradient = addressOf(backend, out) - x;
  const byFour = pooling.channels - (pooling.channels % 4);
  withScratch(backend, windowSize(pooling), (address) => {
    const cells = heapInts(backend).subarray(address / 4, address / 4 + windowSize(pooling));
    const heap = heapFloats(backend);
    eachWindow(pooling, cells, x, 4, (count, outputOffset) => {
      if (byFour > 0) maxWindow(address, count, byFour, toGradient, dy + 4 * outputOffset);
      for (let channel = byFour; channel < pooling.channels; channel++) {
        // The routine has moved the cells past its channels.
        const index = firstMaximum(heap, cells, count, channel - byFour) + toGradient / 4;
        heap[index] = heap[index]! + heap[dy / 4 + outputOffset + channel]!;
      }
    });
  });
  return out;
}

function firstMaximum(heap: Float32Array, cells: Int32Array, count: number, channel: number): number {
  let best = (cells[0]! >>> 2) + channel;
  let maximum = heap[best]!;
  for (let i = 1; i < count; i++) {
    const index = (cells[i]! >>> 2) + channel;
    const value = heap[index]!;
    if (value > maximum || Number.isNaN(value)) {
      maximum = value;
      best = index;
    }
  }
  return best;
}
