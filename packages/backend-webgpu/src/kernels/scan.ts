import { util } from '@tensorflow/tfjs-core';
import { sizeOfShape } from '../webgpu-backend.js';
import type { KernelPatch } from './kernel-patch.js';
import { runShader } from './program.js';

const reason =
  'the first length that was reversed was built in: other lengths were wrong, gradients too; at most four axes';

/** Running sums and products along an axis, a thread for each line. */
export const scans: readonly KernelPatch[] = [scan('Cumsum', '+', 0), scan('Cumprod', '*', 1)];

function scan(kernelName: string, operator: string, neutral: number): KernelPatch {
  return {
    kernelName,
    reason,
    build:
      () =>
      ({ inputs, attrs, backend }) => {
        const x = inputs['x']!;
        const [axis] = util.parseAxisParam(attrs['axis'] as number, x.shape) as [number];
        const length = x.shape[axis]!;
        const inner = sizeOfShape(x.shape.slice(axis + 1));
        const lines = length === 0 ? 0 : sizeOfShape(x.shape) / length;
        const [exclusive, reverse] = [attrs['exclusive'] === true, attrs['reverse'] === true];
        const type = x.dtype === 'float32' ? 'f32' : 'i32';
        const step = `total = total ${operator} ${type}(x[at]);`;
        const body = `
          if (index < uniforms.lines) {
            let first = (index / uniforms.inner) * uniforms.rowLength * uniforms.inner + index % uniforms.inner;
            var total = ${type}(${neutral});
            for (var k = 0; k < uniforms.rowLength; k = k + 1) {
              let at = first + ${reverse ? '(uniforms.rowLength - 1 - k)' : 'k'} * uniforms.inner;
              ${exclusive ? `result[at] = total; ${step}` : `${step} result[at] = total;`}
            }
          }`;
        const shader = {
          name: `${kernelName}_${exclusive}_${reverse}`,
          inputs: ['x'],
          integers: { lines, inner, rowLength: length },
          body,
        };
        return runShader(backend, shader, [x], x.shape, x.dtype, lines);
      },
  };
}
