import { backend_util, util } from '@tensorflow/tfjs-core';
import { sizeOfShape } from '../webgpu-backend.js';
import type { KernelPatch } from './kernel-patch.js';
import { each, runShader } from './program.js';

/**
 * Rows looked up by number. One that there is not gives NaN (in whole numbers -2^31): a shader cannot throw, and zeros
 * would go unnoticed.
 */
export const gather: KernelPatch = {
  kernelName: 'GatherV2',
  reason: 'a number out of range gave zeros without an error: it gives NaN now',
  build:
    () =>
    ({ inputs, attrs, backend }) => {
      const [x, indices] = [inputs['x']!, inputs['indices']!];
      const [axis] = util.parseAxisParam(attrs['axis'] as number, x.shape) as [number];
      const { batchSize, outerSize, dimSize, sliceSize, outputShape } =
        backend_util.segment_util.collectGatherOpShapeInfo(
          x as never,
          indices as never,
          axis,
          (attrs['batchDims'] as number | undefined) ?? 0,
        );
      const type = x.dtype === 'float32' ? 'f32' : 'i32';
      const shader = {
        name: 'gather',
        inputs: ['x', 'indices'],
        integers: {
          outerSize,
          dimSize,
          sliceSize,
          picks: sizeOfShape(indices.shape) / Math.max(1, batchSize),
        },
        body: each(`
          let column = index % uniforms.sliceSize;
          var rest = index / uniforms.sliceSize;
          let pick = rest % uniforms.picks; rest = rest / uniforms.picks;
          let batch = rest / uniforms.outerSize;
          let row = i32(indices[batch * uniforms.picks + pick]);
          if (row < 0 || row >= uniforms.dimSize) {
            result[index] = ${type === 'f32' ? 'uniforms.NAN' : '-2147483647 - 1'};
          } else {
            result[index] = ${type}(x[(rest * uniforms.dimSize + row) * uniforms.sliceSize + column]);
          }`),
      };
      return runShader(backend, shader, [x, indices], outputShape, x.dtype);
    },
};
