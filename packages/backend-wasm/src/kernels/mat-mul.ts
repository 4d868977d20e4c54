import type { TensorInfo } from '@tensorflow/tfjs-core';
import { EspalierError } from '@espalier/core';
import { gemm } from '../simd/gemm.js';
import {
  addressOf,
  floatsOf,
  sizeOfShape,
  type KernelArguments,
  type WasmBackend,
  type WasmKernel,
} from '../wasm-backend.js';
import { relu6 } from './elementwise.js';
import type { KernelPatch, StockKernels } from './kernel-patch.js';

const reason = 'a transposed operand fell into a loop 12 times slower than the plain product';

/** `a b` over the last two axes, leading axes broadcast, either operand transposed. */
export const batchMatMul: KernelPatch = {
  kernelName: 'BatchMatMul',
  reason,
  build: () => (args) => product(args),
};

/** `activation(a b + bias)` in one kernel, as dense layers call it. */
export const fusedMatMul: KernelPatch = {
  kernelName: '_FusedMatMul',
  reason,
  build: (stock) => (args) => {
    const { inputs, attrs, backend } = args;
    const out = product(args, inputs['bias']);
    const activation = (attrs['activation'] as string | undefined) ?? 'linear';
    if (activation === 'linear') return out;
    const activated = activate(
      stock,
      activation,
    )({
      inputs: activation === 'prelu' ? { x: out, alpha: inputs['preluActivationWeights'] } : { x: out },
      attrs: activation === 'leakyrelu' ? { alpha: attrs['leakyreluAlpha'] ?? 0.2 } : {},
      backend,
    });
    backend.disposeData(out.dataId);
    return activated;
  },
};

const activations: Record<string, string> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  leakyrelu: 'LeakyRelu',
  prelu: 'Prelu',
};

function activate(stock: StockKernels, activation: string): WasmKernel {
  const kernelName = activations[activation];
  if (kernelName === undefined) {
    fail(`activation '${activation}' is not one of linear, ${Object.keys(activations).join(', ')}.`);
  }
  return activation === 'relu6' ? relu6.build(stock) : stock.get(kernelName);
}

function product({ inputs, attrs, backend }: KernelArguments, bias?: TensorInfo): TensorInfo {
  const a = inputs['a']!;
  const b = inputs['b']!;
  const transposeA = attrs['transposeA'] === true;
  const transposeB = attrs['transposeB'] === true;
  if (a.dtype !== 'float32' || b.dtype !== 'float32') {
    fail(`both operands must be float32, got ${a.dtype} and ${b.dtype}: cast them first.`);
  }
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const m = transposeA ? columnsA : rowsA;
  const k = transposeA ? rowsA : columnsA;
  const n = transposeB ? rowsB : columnsB;
  if (k !== (transposeB ? columnsB : rowsB)) {
    fail(
      `the inner sizes differ: shapes [${a.shape}] and [${b.shape}], transposeA ${transposeA}, transposeB ${transposeB}.`,
    );
  }
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const out = backend.makeOutput([...batch, m, n], 'float32');
  if (bias) fillRows(backend, out, bias, n);
  const offsetsA = batchOffsets(a.shape.slice(0, -2), batch, rowsA * columnsA);
  const offsetsB = batchOffsets(b.shape.slice(0, -2), batch, rowsB * columnsB);
  const [atA, atB, atC] = [addressOf(backend, a), addressOf(backend, b), addressOf(backend, out)];
  for (let i = 0; i < offsetsA.length; i++) {
    gemm(
      backend,
      m,
      n,
      k,
      { address: atA + 4 * offsetsA[i]!, rowLength: columnsA, transposed: transposeA },
      { address: atB + 4 * offsetsB[i]!, rowLength: columnsB, transposed: transposeB },
      { address: atC + 4 * i * m * n, rowLength: n },
      bias !== undefined,
    );
  }
  return out;
}

/** Starts every row of `out` from the bias, so that the product is added to it. */
function fillRows(backend: WasmBackend, out: TensorInfo, bias: TensorInfo, n: number): void {
  const size = sizeOfShape(bias.shape);
  if (size !== n && size !== 1) fail(`the bias must have ${n} values, got shape [${bias.shape}].`);
  const target = floatsOf(backend, out);
  const values = floatsOf(backend, bias);
  if (size === 1) target.fill(values[0]!);
  else for (let start = 0; start < target.length; start += n) target.set(values, start);
}

function broadcastShape(a: number[], b: number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      fail(`leading axes [${a}] and [${b}] do not broadcast.`);
    }
    return sizeA === 1 ? sizeB : sizeA;
  });
}

/** For each matrix of the result, where the operand's matrix starts, in values. */
function batchOffsets(shape: number[], batch: number[], matrixSize: number): number[] {
  let offsets = [0];
  let stride = matrixSize;
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = shape[axis] === 1 ? 0 : stride;
    stride *= shape[axis]!;
  }
  for (let axis = 0; axis < batch.length; axis++) {
    const step = strides[axis - batch.length + shape.length] ?? 0;
    offsets = offsets.flatMap((offset) => Array.from({ length: batch[axis]! }, (_, i) => offset + i * step));
  }
  return offsets;
}

function fail(message: string): never {
  throw new EspalierError({ code: 'unsupported-op', scope: 'backend-wasm', message: `matMul: ${message}` });
}
