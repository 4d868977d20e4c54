import { gemm } from '../simd/gemm.js';
import { withScratch } from '../simd/scratch.js';
import { addressOf, floatsOf, heapFloats } from '../wasm-backend.js';
import { convolutionGeometry } from './convolution-geometry.js';
import type { KernelPatch } from './kernel-patch.js';
import { gatherPatches, patchSize, scatterPatches } from './patches.js';

/** `dFilter [fh, fw, inC, outC] = sum over images of patches(x)^T dy`. */
export const conv2DBackpropFilter: KernelPatch = {
  kernelName: 'Conv2DBackpropFilter',
  reason: 'missing: no convolution could be trained',
  build:
    () =>
    ({ inputs, attrs, backend }) => {
      const x = inputs['x']!;
      const dy = inputs['dy']!;
      const filterShape = attrs['filterShape'] as number[];
      const geometry = convolutionGeometry('Conv2DBackpropFilter', x.shape, filterShape, attrs);
      const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = geometry;
      const out = backend.makeOutput(filterShape, 'float32');
      floatsOf(backend, out).fill(0);
      const pixels = outHeight * outWidth;
      const rows = geometry.filterHeight * geometry.filterWidth * inChannels;
      withScratch(backend, patchSize(geometry), (patches) => {
        for (let image = 0; image < batchSize; image++) {
          const start = addressOf(backend, x) / 4 + image * inHeight * inWidth * inChannels;
          gatherPatches(heapFloats(backend), start, patches / 4, geometry);
          gemm(
            backend,
            rows,
            outChannels,
            pixels,
            { address: patches, rowLength: rows, transposed: true },
            { address: addressOf(backend, dy) + 4 * image * pixels * outChannels, rowLength: outChannels },
            { address: addressOf(backend, out), rowLength: outChannels },
            true,
          );
        }
      });
      return out;
    },
};

/** `dx = scatter(dy filter^T)`: each patch's gradient added to the pixels it covers. */
export const conv2DBackpropInput: KernelPatch = {
  kernelName: 'Conv2DBackpropInput',
  reason: 'a plain loop, many times slower than the forward pass',
  build:
    () =>
    ({ inputs, attrs, backend }) => {
      const dy = inputs['dy']!;
      const filter = inputs['filter']!;
      const inputShape = attrs['inputShape'] as number[];
      const geometry = convolutionGeometry('Conv2DBackpropInput', inputShape, filter.shape, attrs);
      const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = geometry;
      const out = backend.makeOutput(inputShape, 'float32');
      floatsOf(backend, out).fill(0);
      const pixels = outHeight * outWidth;
      const columns = geometry.filterHeight * geometry.filterWidth * inChannels;
      withScratch(backend, patchSize(geometry), (patches) => {
        for (let image = 0; image < batchSize; image++) {
          gemm(
            backend,
            pixels,
            columns,
            outChannels,
            { address: addressOf(backend, dy) + 4 * image * pixels * outChannels, rowLength: outChannels },
            { address: addressOf(backend, filter), rowLength: outChannels, transposed: true },
            { address: patches, rowLength: columns },
          );
          const start = addressOf(backend, out) / 4 + image * inHeight * inWidth * inChannels;
          scatterPatches(heapFloats(backend), patches / 4, start, geometry);
        }
      });
      return out;
    },
};
