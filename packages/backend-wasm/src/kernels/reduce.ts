import { backend_util, util, type DataType, type TensorInfo } from '@tensorflow/tfjs-core';
import {
  sizeOfShape,
  valuesOf,
  type KernelArguments,
  type WasmBackend,
  type WasmKernel,
} from '../wasm-backend.js';
import { sumFloats, type Extent } from './sum-floats.js';
import type { KernelPatch } from './kernel-patch.js';

const reason = 'float sums were added up in single precision, value by value';

/** Sum over axes, added up in double precision and rounded once. */
export const sum: KernelPatch = {
  kernelName: 'Sum',
  reason,
  build: (stock) =>
    reduction(
      stock.get('Transpose'),
      (dtype) => (dtype === 'bool' ? 'int32' : dtype),
      () => 1,
    ),
};

/** Mean over axes, added up in double precision and rounded once; NaN over no values. */
export const mean: KernelPatch = {
  kernelName: 'Mean',
  reason,
  build: (stock) =>
    reduction(
      stock.get('Transpose'),
      () => 'float32',
      (count) => count,
    ),
};

function reduction(
  transpose: WasmKernel,
  resultType: (dtype: DataType) => DataType,
  divisor: (count: number) => number,
): WasmKernel {
  return ({ inputs, attrs, backend }: KernelArguments): TensorInfo => {
    const x = inputs['x']!;
    const axes = util.parseAxisParam(attrs['axis'] as number | number[], x.shape);
    const outShape = backend_util.computeOutAndReduceShapes(x.shape, axes)[0];
    const shape = attrs['keepDims'] ? backend_util.expandShapeToKeepDim(outShape, axes) : outShape;
    const { input, outer, reduce, inner } = contiguousReduction(backend, transpose, x, axes);
    const out = backend.makeOutput(shape, resultType(x.dtype));
    const from = valuesOf(backend, input);
    const to = valuesOf(backend, out);
    const by = divisor(reduce);
    if (from instanceof Float32Array) sumFloats(backend, input, to, { outer, reduce, inner }, by);
    else sumIntegers(from, to, { outer, reduce, inner }, by);
    if (input !== x) backend.disposeData(input.dataId);
    return out;
  };
}

/** The input seen as `[outer, reduce, inner]`, transposed first when the axes are not neighbours. */
function contiguousReduction(
  backend: WasmBackend,
  transpose: WasmKernel,
  x: TensorInfo,
  axes: number[],
): Extent & { readonly input: TensorInfo } {
  // Axes of size 1 neither need reducing nor separate the others.
  const sorted = axes.filter((axis) => x.shape[axis] !== 1).sort((a, b) => a - b);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) {
    return { input: x, outer: 1, reduce: 1, inner: sizeOfShape(x.shape) };
  }
  const between = x.shape
    .slice(first, last + 1)
    .filter((size, i) => size !== 1 && !sorted.includes(first + i));
  const reduce = sorted.reduce((size, axis) => size * x.shape[axis]!, 1);
  if (between.length === 0) {
    return {
      input: x,
      outer: sizeOfShape(x.shape.slice(0, first)),
      reduce,
      inner: sizeOfShape(x.shape.slice(last + 1)),
    };
  }
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !sorted.includes(axis));
  const input = transpose({ inputs: { x }, attrs: { perm: [...kept, ...sorted] }, backend });
  return { input, outer: kept.reduce((size, axis) => size * x.shape[axis]!, 1), reduce, inner: 1 };
}

/** Integers and bools: exact in doubles. */
function sumIntegers(
  from: Int32Array | Uint8Array | Float32Array,
  to: Int32Array | Uint8Array | Float32Array,
  { outer, reduce, inner }: Extent,
  by: number,
): void {
  for (let block = 0; block < outer; block++) {
    for (let i = 0; i < inner; i++) {
      let sum = 0;
      for (let row = 0; row < reduce; row++) sum += from[(block * reduce + row) * inner + i]!;
      to[block * inner + i] = sum / by;
    }
  }
}
