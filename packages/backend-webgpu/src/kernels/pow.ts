import { backend_util } from '@tensorflow/tfjs-core';
import type { KernelPatch } from './kernel-patch.js';
import { each } from './program.js';

const power = `
  fn compute(a : f32, b : f32) -> f32 {
    if (b == 0.0) { return 1.0; }
    if (isnan(a) || isnan(b)) { return uniforms.NAN; }
    if (a == 0.0) { return select(0.0, uniforms.INFINITY, b < 0.0); }
    if (a < 0.0 && floor(b) < b) { return uniforms.NAN; }
    let size = pow(abs(a), b);
    return select(size, -size, a < 0.0 && abs(b) < 16777216.0 && i32(abs(b)) % 2 == 1);
  }`;

/** Powers; 0 to a negative power is infinite. */
export const pow: KernelPatch = {
  kernelName: 'Pow',
  reason: '0 to a negative power was 0',
  build: (stock) => (args) => {
    const { inputs, backend } = args;
    const [a, b] = [inputs['a']!, inputs['b']!];
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return stock.get('Pow')(args);
    const outputShape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const body = each(
      'setOutputAtIndex(index, compute(getAByOutputIndex(index), getBByOutputIndex(index)));',
    );
    return backend.runWebGPUProgram(
      {
        outputShape,
        variableNames: ['A', 'B'],
        uniforms: '',
        workgroupSize: [64, 1, 1],
        dispatchLayout: { x: outputShape.map((_, axis) => axis) },
        dispatch: [Math.max(1, Math.ceil(outputShape.reduce((x, y) => x * y, 1) / 64)), 1, 1],
        size: true,
        shaderKey: 'espalier_pow',
        getUserCode: () => `${power} fn main(index : i32) { ${body} }`,
      },
      [a, b],
      'float32',
    );
  },
};
