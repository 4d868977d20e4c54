import { type Pooling, poolingOf } from '@espalier/core/internal';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from '../webgpu-backend.js';
import type { KernelPatch } from './kernel-patch.js';
import { eachCell, eachWindow, integersOf, splitIndex } from './pooling-shader.js';
import { each, runShader } from './program.js';

/** The cell of a window's maximum: the first of equal ones, the last NaN (both as PyTorch). */
const findMaximum = `
  ${splitIndex('out')}
  var best = -uniforms.INFINITY;
  var cell = -1;
  ${eachCell(`
    let position = ((n * uniforms.inZ + iz) * uniforms.inY + iy) * uniforms.inX + ix;
    let value = f32(input[position * uniforms.channels + channel]);
    if (cell < 0 || isnan(value) || (!isnan(best) && value > best)) { best = value; cell = position; }`)}`;

/** Max pooling; a NaN in a window gives NaN. */
export const maxPools: readonly KernelPatch[] = ['MaxPool', 'MaxPool3D'].map((kernelName) => ({
  kernelName,
  reason: 'values below -1e20 came out as -1e20; NaN hidden where the driver takes none for possible',
  build:
    () =>
    ({ inputs, attrs, backend }) => {
      const x = inputs['x']!;
      const pooling = poolingOf(x.shape, attrs);
      const shader = {
        name: 'maxPool',
        inputs: ['input'],
        integers: integersOf(pooling),
        body: each(`${findMaximum} setOutputAtIndex(index, best);`),
      };
      return runShader(backend, shader, [x], pooling.outputShape, x.dtype);
    },
}));

/** Gradients of max pooling: each window's gradient goes to its maximum. */
export const maxPoolGradients: readonly KernelPatch[] = ['MaxPoolGrad', 'MaxPool3DGrad'].map(
  (kernelName) => ({
    kernelName,
    reason:
      'equal maxima: the last one got the gradient, PyTorch gives it to the first' +
      (kernelName === 'MaxPool3DGrad' ? '; wrong for windows that are no cubes' : ''),
    build:
      () =>
      ({ inputs, attrs, backend }) => {
        const [dy, input] = [inputs['dy']!, inputs['input']!];
        const pooling = poolingOf(input.shape, attrs);
        const cells = runShader(
          backend,
          {
            name: 'maxPoolCells',
            inputs: ['input'],
            integers: integersOf(pooling),
            body: each(`${findMaximum} result[index] = cell;`),
          },
          [input],
          pooling.outputShape,
          'int32',
        );
        const result = gather(
          backend,
          pooling,
          input,
          [dy, cells],
          ['dy', 'cells'],
          'maxPoolGradient',
          `
        if (cells[at] == own) { total = total + f32(dy[at]); }`,
        );
        backend.disposeData(cells.dataId);
        return result;
      },
  }),
);

/** Gradients of average pooling: cells of the padding are not counted, as in the forward pass. */
export const avgPoolGradients: readonly KernelPatch[] = ['AvgPoolGrad', 'AvgPool3DGrad'].map(
  (kernelName) => ({
    kernelName,
    reason: "with padding 'same' the padded cells were counted",
    build:
      () =>
      ({ inputs, attrs, backend }) => {
        const [dy, input] = [inputs['dy']!, inputs['input']!];
        const inside = ['Z', 'Y', 'X'].map((axis) => {
          const start = `(o${axis.toLowerCase()} * uniforms.stride${axis} - uniforms.pad${axis})`;
          return `(min(${start} + uniforms.window${axis}, uniforms.in${axis}) - max(${start}, 0))`;
        });
        return gather(
          backend,
          poolingOf(input.shape, attrs),
          input,
          [dy],
          ['dy'],
          'avgPoolGradient',
          `
        total = total + f32(dy[at]) / f32(${inside.join(' * ')});`,
        );
      },
  }),
);

/** Runs a thread for each cell of the input, over the windows that it lies in: `at` is the window, `own` the cell. */
function gather(
  backend: WebgpuBackend,
  pooling: Pooling,
  { shape }: TensorInfo,
  tensors: readonly TensorInfo[],
  inputs: readonly string[],
  name: string,
  body: string,
): TensorInfo {
  const text = each(`
    ${splitIndex('in')}
    let own = index / uniforms.channels;
    var total = 0.0;
    ${eachWindow(`
      let at = (((n * uniforms.outZ + oz) * uniforms.outY + oy) * uniforms.outX + ox) * uniforms.channels + channel;
      ${body}`)}
    result[index] = total;`);
  return runShader(
    backend,
    { name, inputs, integers: integersOf(pooling), body: text },
    tensors,
    shape,
    'float32',
  );
}
