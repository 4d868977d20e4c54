import { backend_util, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { reshaped, sizeOfShape, type KernelArguments, type WebgpuBackend } from '../webgpu-backend.js';
import type { KernelPatch, StockKernels } from './kernel-patch.js';
import { filled, runShader } from './program.js';

/** Sums and means over axes. A thread adds blocks of 32, those in blocks of 32 again: errors grow with the logarithm. */
export const sum: KernelPatch = {
  kernelName: 'Sum',
  reason:
    'a million values were off in the fifth digit; whole numbers were added as floats; of nothing it threw',
  build: (stock) => (args) => total(args, stock, false),
};

/** Means over axes. */
export const mean: KernelPatch = {
  kernelName: 'Mean',
  reason: 'a million values were off in the fifth digit; of nothing it threw',
  build: (stock) => (args) => total(args, stock, true),
};

/** What the others give for no values at all. */
const ofNothing: Readonly<Record<string, number>> = { Max: -Infinity, Min: Infinity, Prod: 1 };

/** Reductions that are right but for empty tensors. */
export const otherReductions: readonly KernelPatch[] = Object.entries(ofNothing).map(
  ([kernelName, value]) => ({
    kernelName,
    reason: 'of nothing it threw an error about buffers',
    build: (stock) => (args) => {
      const { inputs, attrs, backend } = args;
      const x = inputs['x']!;
      if (sizeOfShape(x.shape) > 0) return stock.get(kernelName)(args);
      const axes = util.parseAxisParam((attrs['axis'] ?? attrs['reductionIndices']) as number[], x.shape);
      return filled(backend, outputShape(x.shape, axes, attrs['keepDims'] === true), x.dtype, value);
    },
  }),
);

function total(
  { inputs, attrs, backend }: KernelArguments,
  stock: StockKernels,
  average: boolean,
): TensorInfo {
  const x = inputs['x']!;
  const axes = util.parseAxisParam(attrs['axis'] as number[], x.shape);
  const shape = outputShape(x.shape, axes, attrs['keepDims'] === true);
  const dtype = average || x.dtype === 'float32' ? 'float32' : 'int32';
  const length = sizeOfShape(axes.map((axis) => x.shape[axis]!));
  if (sizeOfShape(x.shape) === 0) return filled(backend, shape, dtype, average ? NaN : 0);
  const permutation = backend_util.getAxesPermutation(axes, x.shape.length);
  const rows = permutation
    ? stock.get('Transpose')({ inputs: { x }, attrs: { perm: permutation }, backend })
    : reshaped(backend, x, x.shape);
  const sums = sumRows(backend, rows, length, dtype, average);
  backend.disposeData(rows.dataId);
  const result = reshaped(backend, sums, shape);
  backend.disposeData(sums.dataId);
  return result;
}

function outputShape(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  return keepDims
    ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** Adds up rows of `length` values, a workgroup for each row. */
function sumRows(
  backend: WebgpuBackend,
  x: TensorInfo,
  length: number,
  dtype: DataType,
  average: boolean,
): TensorInfo {
  const rows = sizeOfShape(x.shape) / length;
  const threads = length >= 4096 ? 256 : 64;
  // Whole numbers are added as such, also for a mean of them.
  const type = x.dtype === 'float32' ? 'f32' : 'i32';
  return runShader(
    backend,
    {
      name: `sum_${threads}_${average}_${type}`,
      inputs: ['x'],
      integers: { rowLength: length },
      threads,
      threadsPerResult: threads,
      declarations: `var<workgroup> parts : array<${type}, ${threads}>;`,
      body: `
        let row = index / ${threads};
        let first = row * uniforms.rowLength;
        var all = ${type}(0);
        var block = ${type}(0);
        var small = ${type}(0);
        var count = 0;
        for (var k = i32(localId.x); k < uniforms.rowLength && row < uniforms.size; k = k + ${threads}) {
          small = small + ${type}(x[first + k]);
          count = count + 1;
          if (count % 32 == 0) { block = block + small; small = ${type}(0); }
          if (count % 1024 == 0) { all = all + block; block = ${type}(0); }
        }
        parts[localId.x] = all + (block + small);
        workgroupBarrier();
        for (var half = ${threads / 2}u; half > 0u; half = half / 2u) {
          if (localId.x < half) { parts[localId.x] = parts[localId.x] + parts[localId.x + half]; }
          workgroupBarrier();
        }
        if (localId.x == 0u && row < uniforms.size) {
          ${average ? 'result[row] = f32(parts[0]) / f32(uniforms.rowLength);' : 'result[row] = parts[0];'}
        }`,
    },
    [x],
    [rows],
    dtype,
  );
}
