import { eachWindow, firstMaximum, poolingOf, windowSize } from '@espalier/core/internal';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { withScratch } from '../simd/scratch.js';
import { simdModule } from '../simd/simd-module.js';
import { addressOf, floatsOf, heapFloats, heapInts, type KernelArguments } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';

/**
 * Gradients of max pooling: a window's gradient goes to its first maximum in row-major order; a NaN in the window
 * counts as its maximum, the last one winning (both as PyTorch).
 */
export const maxPoolGradients: readonly KernelPatch[] = ['MaxPoolGrad', 'MaxPool3DGrad'].map(
  (kernelName) => ({
    kernelName,
    reason: 'windows whose maximum is not positive lost their gradient',
    build: () => maxGradient,
  }),
);

function maxGradient({ inputs, attrs, backend }: KernelArguments): TensorInfo {
  const pooling = poolingOf(inputs['input']!.shape, attrs);
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
    const visit = (count: number, outputOffset: number): void => {
      if (byFour > 0) maxWindow(address, count, byFour, toGradient, dy + 4 * outputOffset);
      for (let channel = byFour; channel < pooling.channels; channel++) {
        // The routine has moved the cells past its channels.
        const index = firstMaximum(heap, cells, count, channel - byFour, 2) + toGradient / 4;
        heap[index] = heap[index]! + heap[dy / 4 + outputOffset + channel]!;
      }
    };
    eachWindow(pooling, cells, visit, x, 4);
  });
  return out;
}
