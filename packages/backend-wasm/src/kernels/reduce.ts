import { backend_util, util, type DataType, type TensorInfo } from '@tensorflow/tfjs-core';
import {
  sizeOfShape,
  valuesOf,
  type KernelArguments,
  type WasmBackend,
  type WasmKernel,
} from '../wasm-backend.js';
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
    if (inner === 1) sumRows(from, to, outer, reduce, by);
    else sumColumns(from, to, outer, reduce, inner, by);
    if (input !== x) backend.disposeData(input.dataId);
    return out;
  };
}

interface Reduction {
  readonly input: TensorInfo;
  readonly outer: number;
  readonly reduce: number;
  readonly inner: number;
}

/** The input seen as `[outer, reduce, inner]`, transposed first when the axes are not neighbours. */
function contiguousReduction(
  backend: WasmBackend,
  transpose: WasmKernel,
  x: TensorInfo,
  axes: number[],
): Reduction {
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

type Values = Float32Array | Int32Array | Uint8Array;

function sumRows(from: Values, to: Values, outer: number, reduce: number, by: number): void {
  const even = reduce - (reduce % 4);
  for (let row = 0; row < outer; row++) {
    const start = row * reduce;
    // Four sums, so that one addition need not wait for the one before.
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    let i = start;
    for (const end = start + even; i < end; i += 4) {
      s0 += from[i]!;
      s1 += from[i + 1]!;
      s2 += from[i + 2]!;
      s3 += from[i + 3]!;
    }
    for (const end = start + reduce; i < end; i++) s0 += from[i]!;
    to[row] = (s0 + s1 + (s2 + s3)) / by;
  }
}

function sumColumns(
  from: Values,
  to: Values,
  outer: number,
  reduce: number,
  inner: number,
  by: number,
): void {
  const sums = new Float64Array(inner);
  for (let block = 0; block < outer; block++) {
    sums.fill(0);
    let position = block * reduce * inner;
    for (let row = 0; row < reduce; row++) {
      for (let i = 0; i < inner; i++) sums[i] = sums[i]! + from[position + i]!;
      position += inner;
    }
    for (let i = 0; i < inner; i++) to[block * inner + i] = sums[i]! / by;
  }
}
