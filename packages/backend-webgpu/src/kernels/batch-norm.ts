import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelPatch } from './kernel-patch.js';
import { each } from './program.js';

/** `(x - mean) / sqrt(variance + epsilon) * scale + offset`, the mean taken away before anything is multiplied. */
export const fusedBatchNorm: KernelPatch = {
  kernelName: 'FusedBatchNorm',
  reason: 'lost digits where the mean is large beside the deviation',
  build:
    () =>
    ({ inputs, attrs, backend }) => {
      const names = ['x', 'mean', 'variance', 'offset', 'scale'].filter((name) => inputs[name] != null);
      const x = inputs['x']!;
      const value = (name: string): string =>
        `get${name.charAt(0).toUpperCase()}${name.slice(1)}ByOutputIndex(index)`;
      const scale = inputs['scale'] == null ? '' : `* ${value('scale')}`;
      const offset = inputs['offset'] == null ? '' : `+ ${value('offset')}`;
      const body = each(`
        let rate = inverseSqrt(${value('variance')} + uniforms.epsilon);
        setOutputAtIndex(index, (${value('x')} - ${value('mean')}) * rate ${scale} ${offset});`);
      return backend.runWebGPUProgram(
        {
          outputShape: x.shape,
          variableNames: names,
          uniforms: 'epsilon : f32, ',
          workgroupSize: [64, 1, 1],
          dispatchLayout: { x: x.shape.map((_, axis) => axis) },
          dispatch: [Math.ceil(x.shape.reduce((a, b) => a * b, 1) / 64), 1, 1],
          size: true,
          shaderKey: `espalier_batchNorm_${names.join('_')}`,
          getUserCode: () => `fn main(index : i32) { ${body} }`,
        },
        names.map((name): TensorInfo => inputs[name]!),
        'float32',
        [{ type: 'float32', data: [attrs['varianceEpsilon'] as number] }],
      );
    },
};
