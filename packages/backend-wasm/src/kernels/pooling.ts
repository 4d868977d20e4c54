import { eachWindow, poolingOf, windowSize } from '@espalier/core/internal';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floatsOf, sizeOfShape, type KernelArguments, type WasmBackend } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';
import { sumFloats } from './sum-floats.js';

const reason = 'NaN came out as -Infinity or as another cell';

type Reduce = (x: Float32Array, cells: Int32Array, count: number, channel: number) => number;

const maximumOf: Reduce = (x, cells, count, channel) => {
  let maximum = -Infinity;
  for (let i = 0; i < count; i++) {
    const value = x[cells[i]! + channel]!;
    if (value > maximum || Number.isNaN(value)) maximum = value;
    if (Number.isNaN(maximum)) break;
  }
  return maximum;
};

/** Max pooling; a NaN in a window gives NaN, as in PyTorch. */
export const maxPool: KernelPatch = withNonFinite('MaxPool', maximumOf);

/** 3-d max pooling, by the same rule. */
export const maxPool3D: KernelPatch = {
  kernelName: 'MaxPool3D',
  reason: 'windows whose maximum is not positive gave 1.2e-38',
  build: (stock) => (args) => {
    const x = args.inputs['x']!;
    if (x.dtype !== 'float32') return stock.get('MaxPool3D')(args);
    return pool(args, x, maximumOf);
  },
};

/** Average pooling over the cells inside the input; a NaN in a window gives NaN. */
export const avgPool: KernelPatch = withNonFinite('AvgPool', (x, cells, count, channel) => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += x[cells[i]! + channel]!;
  return sum / count;
});

/** The stock kernel for finite values; `reduce` of each window where a value is NaN or infinite. */
function withNonFinite(kernelName: string, reduce: Reduce): KernelPatch {
  return {
    kernelName,
    reason,
    build: (stock) => (args) => {
      const x = args.inputs['x']!;
      if (x.dtype !== 'float32' || allFinite(args.backend, x)) return stock.get(kernelName)(args);
      return pool(args, x, reduce);
    },
  };
}

/** Floats cannot overflow a sum of doubles: it is finite exactly when every value is. */
function allFinite(backend: WasmBackend, x: TensorInfo): boolean {
  const sum = [0];
  sumFloats(backend, x, sum, { outer: 1, reduce: sizeOfShape(x.shape), inner: 1 }, 1);
  return Number.isFinite(sum[0]);
}

function pool({ attrs, backend }: KernelArguments, x: TensorInfo, reduce: Reduce): TensorInfo {
  const pooling = poolingOf(x.shape, attrs);
  const out = backend.makeOutput(pooling.outputShape, 'float32');
  const from = floatsOf(backend, x);
  const to = floatsOf(backend, out);
  const cells = new Int32Array(windowSize(pooling));
  eachWindow(pooling, cells, (count, outputOffset) => {
    for (let channel = 0; channel < pooling.channels; channel++) {
      to[outputOffset + channel] = reduce(from, cells, count, channel);
    }
  });
  return out;
}
