import { floatsOf } from '../wasm-backend.js';
import { convolutionGeometry, type ConvolutionGeometry } from './convolution-geometry.js';
import type { KernelPatch } from './kernel-patch.js';

const reason = 'missing: no depthwise convolution could be trained';

/** `dFilter [fh, fw, inC, multiplier]` of a depthwise convolution, added up in double precision. */
export const depthwiseBackpropFilter: KernelPatch = {
  kernelName: 'DepthwiseConv2dNativeBackpropFilter',
  reason,
  build:
    () =>
    ({ inputs, attrs, backend }) => {
      const filterShape = attrs['filterShape'] as number[];
      const x = inputs['x']!;
      const geometry = convolutionGeometry(
        'DepthwiseConv2dNativeBackpropFilter',
        x.shape,
        filterShape,
        attrs,
        true,
      );
      const out = backend.makeOutput(filterShape, 'float32');
      const xValues = floatsOf(backend, x);
      const dyValues = floatsOf(backend, inputs['dy']!);
      const sums = new Float64Array(floatsOf(backend, out).length);
      const { inChannels, outChannels } = geometry;
      const multiplier = outChannels / inChannels;
      eachTap(geometry, (xStart, dyStart, filterStart) => {
        for (let q = 0; q < outChannels; q++) {
          const channel = multiplier === 1 ? q : (q / multiplier) | 0;
          sums[filterStart + q] =
            sums[filterStart + q]! + xValues[xStart + channel]! * dyValues[dyStart + q]!;
        }
      });
      floatsOf(backend, out).set(sums);
      return out;
    },
};

/** `dx [B, H, W, inC]` of a depthwise convolution. */
export const depthwiseBackpropInput: KernelPatch = {
  kernelName: 'DepthwiseConv2dNativeBackpropInput',
  reason,
  build:
    () =>
    ({ inputs, attrs, backend }) => {
      const inputShape = attrs['inputShape'] as number[];
      const filter = inputs['filter']!;
      const geometry = convolutionGeometry(
        'DepthwiseConv2dNativeBackpropInput',
        inputShape,
        filter.shape,
        attrs,
        true,
      );
      const out = backend.makeOutput(inputShape, 'float32');
      const dx = floatsOf(backend, out).fill(0);
      const dyValues = floatsOf(backend, inputs['dy']!);
      const filterValues = floatsOf(backend, filter);
      const { inChannels, outChannels } = geometry;
      const multiplier = outChannels / inChannels;
      eachTap(geometry, (xStart, dyStart, filterStart) => {
        for (let q = 0; q < outChannels; q++) {
          const to = xStart + (multiplier === 1 ? q : (q / multiplier) | 0);
          dx[to] = dx[to]! + dyValues[dyStart + q]! * filterValues[filterStart + q]!;
        }
      });
      return out;
    },
};

/** Visits every pair of an output pixel and a filter tap that meets the image: where x, dy and the tap start. */
function eachTap(
  geometry: ConvolutionGeometry,
  visit: (xStart: number, dyStart: number, filterStart: number) => void,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = geometry;
  const { filterHeight, filterWidth, dilationHeight, dilationWidth, strideHeight, strideWidth, padInfo } =
    geometry;
  for (let image = 0; image < batchSize; image++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        const dyStart = ((image * outHeight + oy) * outWidth + ox) * outChannels;
        for (let fy = 0; fy < filterHeight; fy++) {
          const y = oy * strideHeight - padInfo.top + fy * dilationHeight;
          if (y < 0 || y >= inHeight) continue;
          for (let fx = 0; fx < filterWidth; fx++) {
            const x = ox * strideWidth - padInfo.left + fx * dilationWidth;
            if (x < 0 || x >= inWidth) continue;
            const xStart = ((image * inHeight + y) * inWidth + x) * inChannels;
            visit(xStart, dyStart, (fy * filterWidth + fx) * outChannels);
          }
        }
      }
    }
  }
}
