import { backend_util } from '@tensorflow/tfjs-core';
import { floatsOf } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';

type Shape5 = [number, number, number, number, number];

/** `dx` of a 3-d convolution, by direct summation: right, and slow. */
export const conv3DBackpropInput: KernelPatch = {
  kernelName: 'Conv3DBackpropInputV2',
  reason: 'wrong values',
  build:
    () =>
    ({ inputs, attrs, backend }) => {
      const filter = inputs['filter']!;
      const inputShape = attrs['inputShape'] as Shape5;
      const info = backend_util.computeConv3DInfo(
        inputShape,
        filter.shape as Shape5,
        attrs['strides'] as [number, number, number],
        1,
        attrs['pad'] as 'same' | 'valid',
      );
      const out = backend.makeOutput(inputShape, 'float32');
      const dx = floatsOf(backend, out).fill(0);
      const dy = floatsOf(backend, inputs['dy']!);
      const weights = floatsOf(backend, filter);
      const { inDepth, inHeight, inWidth, inChannels, outChannels, padInfo } = info;
      let output = 0;
      for (let image = 0; image < info.batchSize; image++) {
        for (let oz = 0; oz < info.outDepth; oz++) {
          for (let oy = 0; oy < info.outHeight; oy++) {
            for (let ox = 0; ox < info.outWidth; ox++, output += outChannels) {
              for (let fz = 0; fz < info.filterDepth; fz++) {
                const z = oz * info.strideDepth - padInfo.front + fz;
                if (z < 0 || z >= inDepth) continue;
                for (let fy = 0; fy < info.filterHeight; fy++) {
                  const y = oy * info.strideHeight - padInfo.top + fy;
                  if (y < 0 || y >= inHeight) continue;
                  for (let fx = 0; fx < info.filterWidth; fx++) {
                    const x = ox * info.strideWidth - padInfo.left + fx;
                    if (x < 0 || x >= inWidth) continue;
                    const tap = ((fz * info.filterHeight + fy) * info.filterWidth + fx) * inChannels;
                    const pixel = (((image * inDepth + z) * inHeight + y) * inWidth + x) * inChannels;
                    for (let c = 0; c < inChannels; c++) {
                      let sum = 0;
                      const row = (tap + c) * outChannels;
                      for (let q = 0; q < outChannels; q++) sum += dy[output + q]! * weights[row + q]!;
                      dx[pixel + c] = dx[pixel + c]! + sum;
                    }
                  }
                }
              }
            }
          }
        }
      }
      return out;
    },
};
