import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floatsOf, sizeOfShape, type KernelArguments, type WasmBackend } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';
import { eachWindow, pool2d, pool3d, windowSize, type Pooling } from './pooling-geometry.js';
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
    return pool(args.backend, x, pool3d(asInput(args, x)), maximumOf);
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
      return pool(args.backend, x, pool2d(asInput(args, x)), reduce);
    },
  };
}

/** Floats cannot overflow a sum of doubles: it is finite exactly when every value is. */
function allFinite(backend: WasmBackend, x: TensorInfo): boolean {
  const sum = [0];
  sumFloats(backend, x, sum, { outer: 1, reduce: sizeOfShape(x.shape), inner: 1 }, 1);
  return Number.isFinite(sum[0]);
}

/** Gradients, which the geometry was written for, call the pooled tensor `input`. */
function asInput(args: KernelArguments, x: TensorInfo): KernelArguments {
  return { ...args, inputs: { ...args.inputs, input: x } };
}

function pool(backend: WasmBackend, x: TensorInfo, pooling: Pooling, reduce: Reduce): TensorInfo {
  const sizes = x.shape.length === 4 ? pooling.output.slice(1) : pooling.output;
  const out = backend.makeOutput([pooling.batch, ...sizes, pooling.channels], 'float32');
  const from = floatsOf(backend, x);
  const to = floatsOf(backend, out);
  const cells = new Int32Array(windowSize(pooling));
  eachWindow(pooling, cells, 0, 1, (count, outputOffset) => {
    for (let channel = 0; channel < pooling.channels; channel++) {
      to[outputOffset + channel] = reduce(from, cells, count, channel);
    }
  });
  return out;
}
