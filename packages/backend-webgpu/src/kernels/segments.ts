import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOfShape } from '../webgpu-backend.js';
import type { KernelPatch } from './kernel-patch.js';
import { each, runShader } from './program.js';

/** Sums of the rows of `x` that have one segment number: the gradient of `gather`. Rows without a segment are left out. */
export const unsortedSegmentSum: KernelPatch = {
  kernelName: 'UnsortedSegmentSum',
  reason:
    'added up in any order; rows without a segment went to another one; whole numbers came out as garbage',
  build:
    () =>
    ({ inputs, attrs, backend }) => {
      const [x, segmentIds] = [inputs['x']!, inputs['segmentIds']!];
      const rows = sizeOfShape(segmentIds.shape);
      const rowLength = rows === 0 ? 0 : sizeOfShape(x.shape) / rows;
      const type = x.dtype === 'float32' ? 'f32' : 'i32';
      const shader = {
        name: 'unsortedSegmentSum',
        inputs: ['x', 'ids'],
        integers: { rows, rowLength },
        body: each(`
          let segment = index / uniforms.rowLength;
          let column = index % uniforms.rowLength;
          // In blocks, so that errors grow with the root of the rows at most.
          var total = ${type}(0);
          var block = ${type}(0);
          for (var row = 0; row < uniforms.rows; row = row + 1) {
            if (row % 128 == 127) { total = total + block; block = ${type}(0); }
            if (ids[row] == segment) { block = block + ${type}(x[row * uniforms.rowLength + column]); }
          }
          result[index] = total + block;`),
      };
      const shape = [attrs['numSegments'] as number, ...x.shape.slice(segmentIds.shape.length)];
      return runShader(backend, shader, [x, segmentIds], shape, x.dtype);
    },
};

/** Rows added up at given places of a tensor of zeros: the gradient of `gatherND`. */
export const scatterNd: KernelPatch = {
  kernelName: 'ScatterNd',
  reason: 'added up in any order',
  build:
    () =>
    ({ inputs, attrs, backend }) => {
      const [indices, updates] = [inputs['indices']!, inputs['updates']!];
      const shape = attrs['shape'] as number[];
      const { sliceRank, numUpdates, sliceSize, strides } = backend_util.calculateShapes(
        updates as never,
        indices as never,
        shape,
      );
      const type = updates.dtype === 'float32' ? 'f32' : 'i32';
      // At most six axes; what an index has fewer of counts nothing.
      const steps = Object.fromEntries(
        Array.from({ length: sliceRank }, (_, axis) => [`step${axis}`, strides[axis] ?? 1]),
      );
      const place = Array.from(
        { length: sliceRank },
        (_, axis) => `indices[row * ${sliceRank} + ${axis}] * uniforms.step${axis}`,
      );
      const shader = {
        name: `scatterNd_${sliceRank}`,
        inputs: ['indices', 'updates'],
        integers: { numUpdates, sliceSize, ...steps },
        body: each(`
          let slice = index / uniforms.sliceSize;
          let column = index % uniforms.sliceSize;
          var total = ${type}(0);
          for (var row = 0; row < uniforms.numUpdates; row = row + 1) {
            if (${place.join(' + ') || '0'} == slice) { total = total + ${type}(updates[row * uniforms.sliceSize + column]); }
          }
          result[index] = total;`),
      };
      const flat = (tensor: TensorInfo): TensorInfo => ({ ...tensor, shape: [sizeOfShape(tensor.shape)] });
      return runShader(backend, shader, [flat(indices), flat(updates)], shape, updates.dtype);
    },
};
