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
      const inputShape = attrs['inputShape'] as number[];
      const filter = inputs['filter']!;
      const info = geometry(inputShape, filter.shape, attrs);
      const out = backend.makeOutput(inputShape, 'float32');
      const dx = floatsOf(backend, out).fill(0);
      const dy = floatsOf(backend, inputs['dy']!);
      const weights = floatsOf(backend, filter);
      const { inChannels, outChannels } = info;
      eachTap(info, (pixel, output, tap) => {
        for (let c = 0; c < inChannels; c++) {
          let sum = 0;
          const row = tap + c * outChannels;
          for (let q = 0; q < outChannels; q++) sum += dy[output + q]! * weights[row + q]!;
          dx[pixel + c] = dx[pixel + c]! + sum;
        }
      });
      return out;
    },
};

/** `dFilter` of a 3-d convolution, by direct summation in double precision. */
export const conv3DBackpropFilter: KernelPatch = {
  kernelName: 'Conv3DBackpropFilterV2',
  reason: 'wrong values with strides',
  build:
    () =>
    ({ inputs, attrs, backend }) => {
      const filterShape = attrs['filterShape'] as number[];
      const info = geometry(inputs['x']!.shape, filterShape, attrs);
      const out = backend.makeOutput(filterShape, 'float32');
      const x = floatsOf(backend, inputs['x']!);
      const dy = floatsOf(backend, inputs['dy']!);
      const sums = new Float64Array(floatsOf(backend, out).length);
      const { inChannels, outChannels } = info;
      eachTap(info, (pixel, output, tap) => {
        for (let c = 0; c < inChannels; c++) {
          const value = x[pixel + c]!;
          const row = tap + c * outChannels;
          for (let q = 0; q < outChannels; q++) sums[row + q] = sums[row + q]! + value * dy[output + q]!;
        }
      });
      floatsOf(backend, out).set(sums);
      return out;
    },
};

function geometry(
  inputShape: number[],
  filterShape: number[],
  attrs: Record<string, unknown>,
): backend_util.Conv3DInfo {
  return backend_util.computeConv3DInfo(
    inputShape as Shape5,
    filterShape as Shape5,
    attrs['strides'] as [number, number, number],
    1,
    attrs['pad'] as 'same' | 'valid',
  );
}

/** Visits every pair of an output pixel and a filter tap that meets the input: where x, dy and the tap's weights start. */
function eachTap(
  info: backend_util.Conv3DInfo,
  visit: (pixel: number, output: number, tap: number) => void,
): void {
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
                const pixel = (((image * inDepth + z) * inHeight + y) * inWidth + x) * inChannels;
                const tap = (fz * info.filterHeight + fy) * info.filterWidth + fx;
                visit(pixel, output, tap * inChannels * outChannels);
              }
            }
          }
        }
      }
    }
  }
}
