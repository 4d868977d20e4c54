import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { floatsOf, type KernelArguments } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';

type Size3 = readonly [number, number, number];

/** The geometry of a pooling over `[batch, depth, height, width, channels]`. */
interface Pooling {
  readonly batch: number;
  readonly channels: number;
  readonly input: Size3;
  readonly output: Size3;
  readonly window: Size3;
  readonly strides: Size3;
  readonly padding: Size3;
}

/**
 * Gradient of max pooling: a window's gradient goes to its first maximum in row-major order; a NaN in the window
 * counts as its maximum, the last one winning (both as PyTorch).
 */
export const maxPoolGrad: KernelPatch = {
  kernelName: 'MaxPoolGrad',
  reason: 'windows whose maximum is not positive lost their gradient',
  build: () => (args) => poolGradient(args, pool2d(args), maxGradient),
};

/** Gradient of 3-d max pooling, by the same rule. */
export const maxPool3DGrad: KernelPatch = {
  kernelName: 'MaxPool3DGrad',
  reason: 'windows whose maximum is not positive lost their gradient',
  build: () => (args) => poolGradient(args, pool3d(args), maxGradient),
};

/** Gradient of average pooling; cells of the padding are not counted, as in its forward pass. */
export const avgPoolGrad: KernelPatch = {
  kernelName: 'AvgPoolGrad',
  reason: "with padding 'same' the padded cells were counted",
  build: () => (args) => poolGradient(args, pool2d(args), averageGradient),
};

/** Gradient of 3-d average pooling, by the same rule. */
export const avgPool3DGrad: KernelPatch = {
  kernelName: 'AvgPool3DGrad',
  reason: "with padding 'same' the padded cells were counted",
  build: () => (args) => poolGradient(args, pool3d(args), averageGradient),
};

function pool2d({ inputs, attrs }: KernelArguments): Pooling {
  const info = backend_util.computePool2DInfo(
    inputs['input']!.shape as [number, number, number, number],
    attrs['filterSize'] as [number, number],
    attrs['strides'] as [number, number],
    1,
    attrs['pad'] as number,
    attrs['dimRoundingMode'] as 'floor' | undefined,
  );
  return {
    batch: info.batchSize,
    channels: info.inChannels,
    input: [1, info.inHeight, info.inWidth],
    output: [1, info.outHeight, info.outWidth],
    window: [1, info.filterHeight, info.filterWidth],
    strides: [1, info.strideHeight, info.strideWidth],
    padding: [0, info.padInfo.top, info.padInfo.left],
  };
}

function pool3d({ inputs, attrs }: KernelArguments): Pooling {
  const info = backend_util.computePool3DInfo(
    inputs['input']!.shape as [number, number, number, number, number],
    attrs['filterSize'] as [number, number, number],
    attrs['strides'] as [number, number, number],
    1,
    attrs['pad'] as number,
    attrs['dimRoundingMode'] as 'floor' | undefined,
  );
  return {
    batch: info.batchSize,
    channels: info.inChannels,
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    window: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    padding: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
  };
}

/** Adds one window's gradients: `cells` are the offsets of the window's cells that lie inside the input. */
type WindowGradient = (
  x: Float32Array,
  dy: Float32Array,
  dx: Float32Array,
  cells: Int32Array,
  count: number,
  outputOffset: number,
  channels: number,
) => void;

const maxGradient: WindowGradient = (x, dy, dx, cells, count, outputOffset, channels) => {
  for (let channel = 0; channel < channels; channel++) {
    let best = cells[0]! + channel;
    let maximum = x[best]!;
    for (let i = 1; i < count; i++) {
      const cell = cells[i]! + channel;
      const value = x[cell]!;
      if (value > maximum || value !== value) {
        maximum = value;
        best = cell;
      }
    }
    dx[best] = dx[best]! + dy[outputOffset + channel]!;
  }
};

const averageGradient: WindowGradient = (_x, dy, dx, cells, count, outputOffset, channels) => {
  for (let i = 0; i < count; i++) {
    const cell = cells[i]!;
    for (let channel = 0; channel < channels; channel++) {
      dx[cell + channel] = dx[cell + channel]! + dy[outputOffset + channel]! / count;
    }
  }
};

function poolGradient(
  { inputs, backend }: KernelArguments,
  { batch, channels, input, output, window, strides, padding }: Pooling,
  addWindow: WindowGradient,
): TensorInfo {
  const out = backend.makeOutput(inputs['input']!.shape, 'float32');
  const x = floatsOf(backend, inputs['input']!);
  const dy = floatsOf(backend, inputs['dy']!);
  const dx = floatsOf(backend, out);
  dx.fill(0);
  const cells = new Int32Array(window[0] * window[1] * window[2]);
  let outputOffset = 0;
  for (let image = 0; image < batch; image++) {
    for (let oz = 0; oz < output[0]; oz++) {
      const z = oz * strides[0] - padding[0];
      for (let oy = 0; oy < output[1]; oy++) {
        const y = oy * strides[1] - padding[1];
        for (let ox = 0; ox < output[2]; ox++, outputOffset += channels) {
          const left = ox * strides[2] - padding[2];
          let count = 0;
          for (let iz = Math.max(z, 0); iz < Math.min(z + window[0], input[0]); iz++) {
            for (let iy = Math.max(y, 0); iy < Math.min(y + window[1], input[1]); iy++) {
              const row = ((image * input[0] + iz) * input[1] + iy) * input[2];
              for (let ix = Math.max(left, 0); ix < Math.min(left + window[2], input[2]); ix++) {
                cells[count++] = (row + ix) * channels;
              }
            }
          }
          if (count > 0) addWindow(x, dy, dx, cells, count, outputOffset, channels);
        }
      }
    }
  }
  return out;
}
