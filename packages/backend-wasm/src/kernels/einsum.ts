import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { EspalierError } from '@espalier/core';
import { sizeOfShape, type KernelArguments, type WasmBackend } from '../wasm-backend.js';
import type { KernelPatch, StockKernels } from './kernel-patch.js';
import { batchMatMul } from './mat-mul.js';
import { sum } from './reduce.js';

/** A tensor with one letter (here: a number) for each of its axes. */
interface Labelled {
  readonly tensor: TensorInfo;
  readonly axes: readonly number[];
}

/**
 * Einstein sums of one or two operands, as transposes, one matrix product and one transpose.
 * Axes that only one operand has, and the result has not, are summed first.
 *
 * @throws EspalierError `unsupported-op` for more than two operands.
 */
export const einsum: KernelPatch = {
  kernelName: 'Einsum',
  reason: 'missing',
  build: (stock) => (args) => contract(args, stock),
};

function contract({ inputs, attrs, backend }: KernelArguments, stock: StockKernels): TensorInfo {
  const tensors = Object.values(inputs) as TensorInfo[];
  const equation = attrs['equation'] as string;
  if (tensors.length > 2) {
    throw new EspalierError({
      code: 'unsupported-op',
      scope: 'backend-wasm',
      message: `einsum '${equation}' has ${tensors.length} operands: contract two at a time.`,
    });
  }
  const { allDims, summedDims, idDims } = backend_util.decodeEinsumEquation(equation, tensors.length);
  backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors as never);
  const kept = allDims.map((_, axis) => axis).filter((axis) => !summedDims.includes(axis));
  const temporary: TensorInfo[] = [];
  const use = (tensor: TensorInfo): TensorInfo => (temporary.push(tensor), tensor);

  const operands = tensors.map((tensor, i): Labelled => {
    const axes = idDims[i]!;
    const others = idDims[1 - i] ?? [];
    const alone = axes.filter((axis) => summedDims.includes(axis) && !others.includes(axis));
    if (alone.length === 0) return { tensor, axes };
    const positions = alone.map((axis) => axes.indexOf(axis));
    const reduced = sum.build(stock)({ inputs: { x: tensor }, attrs: { axis: positions }, backend });
    return { tensor: use(reduced), axes: axes.filter((axis) => !alone.includes(axis)) };
  });
  const result = operands.length === 1 ? operands[0]! : multiply(backend, stock, operands, kept, use);
  // The result's axes stand in the order of the equation's right side: `kept` is sorted so.
  const out = ordered(backend, stock, result, kept);
  // Only counts down where `out` shares the data.
  for (const tensor of temporary) backend.disposeData(tensor.dataId);
  return out;
}

/** Shared kept axes lead, each operand's own follow, shared summed axes are contracted. */
function multiply(
  backend: WasmBackend,
  stock: StockKernels,
  operands: readonly Labelled[],
  kept: readonly number[],
  use: (tensor: TensorInfo) => TensorInfo,
): Labelled {
  const [a, b] = operands as [Labelled, Labelled];
  const sizes = new Map<number, number>();
  for (const { tensor, axes } of operands) axes.forEach((axis, i) => sizes.set(axis, tensor.shape[i]!));
  const size = (axes: readonly number[]): number => sizeOfShape(axes.map((axis) => sizes.get(axis)!));
  const batch = a.axes.filter((axis) => b.axes.includes(axis) && kept.includes(axis));
  const inner = a.axes.filter((axis) => b.axes.includes(axis) && !kept.includes(axis));
  const ownA = a.axes.filter((axis) => !b.axes.includes(axis));
  const ownB = b.axes.filter((axis) => !a.axes.includes(axis));
  const matrix = (operand: Labelled, order: readonly number[], shape: number[]): TensorInfo => ({
    ...use(ordered(backend, stock, operand, order)),
    shape,
  });
  const product = batchMatMul.build(stock)({
    inputs: {
      a: matrix(a, [...batch, ...ownA, ...inner], [size(batch), size(ownA), size(inner)]),
      b: matrix(b, [...batch, ...inner, ...ownB], [size(batch), size(inner), size(ownB)]),
    },
    attrs: {},
    backend,
  });
  const axes = [...batch, ...ownA, ...ownB];
  return { tensor: { ...use(product), shape: axes.map((axis) => sizes.get(axis)!) }, axes };
}

function ordered(
  backend: WasmBackend,
  stock: StockKernels,
  { tensor, axes }: Labelled,
  order: readonly number[],
): TensorInfo {
  const perm = order.map((axis) => axes.indexOf(axis));
  return stock.get('Transpose')({ inputs: { x: tensor }, attrs: { perm }, backend });
}
