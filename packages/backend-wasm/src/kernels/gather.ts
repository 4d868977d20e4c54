import { backend_util, util, type TensorInfo } from '@tensorflow/tfjs-core';
import { EspalierError } from '@espalier/core';
import { heapBytes, heapInts, addressOf, sizeOfShape, valuesOf, type WasmBackend } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';

/** Rows of `x` picked by `indices`, copied straight from the source. */
export const gather: KernelPatch = {
  kernelName: 'GatherV2',
  reason: 'a batch of 64 images took as long as a training step',
  build: (stock) => (args) => {
    const { inputs, attrs, backend } = args;
    const x = inputs['x']!;
    const indices = inputs['indices']!;
    if (indices.dtype !== 'int32' || x.dtype === 'string') return stock.get('GatherV2')(args);
    const batchDims = (attrs['batchDims'] as number | undefined) ?? 0;
    const info = backend_util.segment_util.collectGatherOpShapeInfo(
      x as never,
      indices as never,
      util.parseAxisParam(attrs['axis'] as number, x.shape)[0]!,
      batchDims,
    );
    const perBatch = sizeOfShape(indices.shape.slice(batchDims));
    const out: TensorInfo = backend.makeOutput(info.outputShape, x.dtype);
    const ids = valuesOf(backend, indices) as Int32Array;
    checkIndices(ids, info.dimSize);
    copyRows(args.backend, x, out, ids, info, perBatch);
    return out;
  },
};

function checkIndices(ids: Int32Array, size: number): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (id < 0 || id >= size) {
      throw new EspalierError({
        code: 'invalid-data',
        scope: 'backend-wasm',
        message: `gather: index ${id} at position ${i} is outside 0..${size - 1}.`,
      });
    }
  }
}

function copyRows(
  backend: WasmBackend,
  x: TensorInfo,
  out: TensorInfo,
  ids: Int32Array,
  info: backend_util.segment_util.GatherOpShapeInfo,
  perBatch: number,
): void {
  const { batchSize, outerSize, dimSize, sliceSize } = info;
  const bytesPerValue = x.dtype === 'bool' ? 1 : 4;
  const heap = bytesPerValue === 1 ? heapBytes(backend) : heapInts(backend);
  const source = addressOf(backend, x) / bytesPerValue;
  let target = addressOf(backend, out) / bytesPerValue;
  for (let batch = 0; batch < batchSize; batch++) {
    for (let outer = 0; outer < outerSize; outer++) {
      const block = source + (batch * outerSize + outer) * dimSize * sliceSize;
      for (let i = 0; i < perBatch; i++, target += sliceSize) {
        const row = block + ids[batch * perBatch + i]! * sliceSize;
        if (sliceSize >= 32) heap.copyWithin(target, row, row + sliceSize);
        else for (let j = 0; j < sliceSize; j++) heap[target + j] = heap[row + j]!;
      }
    }
  }
}
