import { backend_util } from '@tensorflow/tfjs-core';
import type { Spec } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { activate } from './activation.js';
import { pad } from './array.js';
import type { OnnxBuilder } from '../codegen/onnx/onnx-builder.js';
import type { KernelCall, KernelRules } from './rule.js';

type Info = backend_util.Conv2DInfo;
type Shape4 = [number, number, number, number];
type Format = 'NHWC' | 'NCHW';

const formatOf = (call: KernelCall): Format => call.attribute<Format | undefined>('dataFormat') ?? 'NHWC';

/** What tfjs works out about a convolution from input and filter shape. */
export function convInfo(
  call: KernelCall,
  input: readonly number[],
  filter: readonly number[],
  depthwise = false,
): Info {
  return backend_util.computeConv2DInfo(
    [...input] as Shape4,
    [...filter] as Shape4,
    call.attribute<number | [number, number]>('strides'),
    call.attribute<number | [number, number] | undefined>('dilations') ?? 1,
    call.attribute<'valid' | 'same' | number>('pad'),
    call.attribute<'floor' | 'round' | 'ceil' | undefined>('dimRoundingMode'),
    depthwise,
    formatOf(call) === 'NHWC' ? 'channelsLast' : 'channelsFirst',
  );
}

/** ONNX knows channels first only. */
export function channelsFirst(onnx: OnnxBuilder, x: Value, format: Format = 'NHWC'): Value {
  return format === 'NCHW' ? x : onnx.transpose(x, [0, 3, 1, 2]);
}

/** Back from {@link channelsFirst}. */
export function channelsLast(onnx: OnnxBuilder, x: Value, format: Format = 'NHWC'): Value {
  return format === 'NCHW' ? x : onnx.transpose(x, [0, 2, 3, 1]);
}

/**
 * Padding of one axis so that a window of `kernel` fits exactly `windows` times: what tfjs rounds away is not padded, and
 * what it rounds up is.
 */
export function padEnd(
  extent: number,
  before: number,
  kernel: number,
  stride: number,
  windows: number,
): number {
  return (windows - 1) * stride + kernel - extent - before;
}

/** Attributes of a forward convolution. */
export function convAttributes(info: Info): {
  strides: number[];
  dilations: number[];
  pads: number[];
  kernel_shape: number[];
} {
  const { top, left } = info.padInfo;
  const bottom = padEnd(info.inHeight, top, info.effectiveFilterHeight, info.strideHeight, info.outHeight);
  const right = padEnd(info.inWidth, left, info.effectiveFilterWidth, info.strideWidth, info.outWidth);
  return {
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, Math.max(0, bottom), Math.max(0, right)],
    kernel_shape: [info.filterHeight, info.filterWidth],
  };
}

function forward(onnx: OnnxBuilder, call: KernelCall, info: Info): Value {
  const format = formatOf(call);
  const x = channelsFirst(onnx, call.input('x'), format);
  const filter = onnx.transpose(call.input('filter'), [3, 2, 0, 1]);
  const shape = [info.batchSize, info.outChannels, info.outHeight, info.outWidth];
  const y = onnx.op('Conv', [x, filter], { shape, dtype: 'float32' }, convAttributes(info));
  return channelsLast(onnx, y, format);
}

/** The gradient with respect to the input: a transposed convolution. */
export function convInputGradient(
  onnx: OnnxBuilder,
  dy: Value,
  filter: Value,
  info: Info,
  group: number,
): Value {
  const { strides, dilations, kernel_shape } = convAttributes(info);
  const { top, left } = info.padInfo;
  const shape = [info.batchSize, info.inChannels, info.inHeight, info.inWidth];
  // What the full transposed convolution makes beyond the input is cut off; what it lacks is padded.
  const bottom = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight - top - info.inHeight;
  const right = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth - left - info.inWidth;
  return onnx.op(
    'ConvTranspose',
    [dy, filter],
    { shape, dtype: 'float32' },
    {
      strides,
      dilations,
      kernel_shape,
      group,
      pads: [top, left, Math.max(0, bottom), Math.max(0, right)],
      output_padding: [Math.max(0, -bottom), Math.max(0, -right)],
    },
  );
}

/**
 * The gradient with respect to the filter: a convolution of the input with the gradient as its filter, where the batch takes
 * the place of the channels, and stride and dilation change places.
 *
 * @param x `[C, N, H, W]`
 * @param dy `[K, N, outH, outW]`
 * @returns `[C, K, filterH, filterW]`, or with groups `[C / group, K, filterH, filterW]`
 */
export function convFilterGradient(onnx: OnnxBuilder, x: Value, dy: Value, info: Info, group: number): Value {
  const { top, left } = info.padInfo;
  const [rows, columns] = [x.shape[0] as number, dy.shape[0] as number];
  const bottom = padEnd(
    info.inHeight,
    top,
    (info.outHeight - 1) * info.strideHeight + 1,
    info.dilationHeight,
    info.filterHeight,
  );
  const right = padEnd(
    info.inWidth,
    left,
    (info.outWidth - 1) * info.strideWidth + 1,
    info.dilationWidth,
    info.filterWidth,
  );
  const height = info.filterHeight + Math.floor(Math.max(0, -bottom) / info.dilationHeight);
  const width = info.filterWidth + Math.floor(Math.max(0, -right) / info.dilationWidth);
  const full = onnx.op(
    'Conv',
    [x, dy],
    { shape: [rows, columns, height, width], dtype: 'float32' },
    {
      strides: [info.dilationHeight, info.dilationWidth],
      dilations: [info.strideHeight, info.strideWidth],
      pads: [top, left, Math.max(0, bottom), Math.max(0, right)],
      kernel_shape: [info.outHeight, info.outWidth],
      group,
    },
  );
  return onnx.slice(full, [0, 0, 0, 0], [rows, columns, info.filterHeight, info.filterWidth]);
}

function backpropInput(onnx: OnnxBuilder, call: KernelCall): Value {
  const filter = call.input('filter');
  const info = convInfo(call, call.attribute<number[]>('inputShape'), filter.shape);
  const dy = channelsFirst(onnx, call.input('dy'), formatOf(call));
  const dx = convInputGradient(onnx, dy, onnx.transpose(filter, [3, 2, 0, 1]), info, 1);
  return channelsLast(onnx, dx, formatOf(call));
}

/** From this many input channels on, one product per position in the filter beats a convolution per channel. */
const patchChannels = 4;

/**
 * The gradient with respect to the filter, position by position: `dy` `[K, N outH outW]` times the part of the input that the
 * position sees `[N outH outW, C]`. The parts stay small enough for the cache, which all of them side by side would not.
 */
function filterGradientByPosition(onnx: OnnxBuilder, x: Value, dy: Value, info: Info): Value {
  const [top, left, bottom, right] = convAttributes(info).pads as [number, number, number, number];
  const rows: [number, number] = [top, bottom];
  const padded = pad(onnx, x, [[0, 0], rows, [left, right], [0, 0]], 0);
  const size = [info.batchSize, info.outHeight, info.outWidth, info.inChannels];
  const steps = [1, info.strideHeight, info.strideWidth, 1];
  const places = info.batchSize * info.outHeight * info.outWidth;
  const rowsOfDy = onnx.reshape(onnx.transpose(dy, [3, 0, 1, 2]), [info.outChannels, places]);
  const gradients: Value[] = [];
  for (let i = 0; i < info.filterHeight; i++)
    for (let j = 0; j < info.filterWidth; j++) {
      const seen = onnx.slice(padded, [0, i * info.dilationHeight, j * info.dilationWidth, 0], size, steps);
      gradients.push(onnx.gemm(rowsOfDy, onnx.reshape(seen, [places, info.inChannels])));
    }
  // Three axes, since ONNX Runtime would fold a plain transpose into a product and lose more than it gains.
  const cube = onnx.reshape(onnx.concat(gradients, 1), [info.outChannels, gradients.length, info.inChannels]);
  return onnx.reshape(onnx.transpose(cube, [1, 2, 0]), info.filterShape);
}

function backpropFilter(onnx: OnnxBuilder, call: KernelCall): Value {
  const format = formatOf(call);
  const [x, dy] = [call.input('x'), call.input('dy')];
  const info = convInfo(call, x.shape, call.attribute<number[]>('filterShape'));
  if (info.inChannels >= patchChannels && format === 'NHWC')
    return filterGradientByPosition(onnx, x, dy, info);
  const swap = (value: Value): Value => onnx.transpose(channelsFirst(onnx, value, format), [1, 0, 2, 3]);
  return onnx.transpose(convFilterGradient(onnx, swap(x), swap(dy), info, 1), [2, 3, 0, 1]);
}

/** A bias of rank 1, or any that broadcasts, on the channel axis. */
function addBias(onnx: OnnxBuilder, y: Value, bias: Value, format: Format): Value {
  const perChannel = format === 'NCHW' && bias.shape.length === 1;
  return onnx.binary('Add', y, perChannel ? onnx.reshape(bias, [bias.shape[0] as number, 1, 1]) : bias);
}

const outShape = (call: KernelCall): Spec => {
  const info = convInfo(call, call.input('x').shape, call.input('filter').shape);
  return { shape: info.outShape, dtype: 'float32' };
};

/** Convolutions over two axes, and their gradients. */
export const convolutionRules = {
  Conv2D: {
    infer: outShape,
    lower: (call, onnx) =>
      forward(onnx, call, convInfo(call, call.input('x').shape, call.input('filter').shape)),
  },
  Conv2DBackpropFilter: {
    infer: (call): Spec => ({ shape: call.attribute<number[]>('filterShape'), dtype: 'float32' }),
    lower: (call, onnx) => backpropFilter(onnx, call),
  },
  Conv2DBackpropInput: {
    infer: (call): Spec => ({ shape: call.attribute<number[]>('inputShape'), dtype: 'float32' }),
    lower: (call, onnx) => backpropInput(onnx, call),
  },
  FusedConv2D: {
    infer: outShape,
    lower: (call, onnx) => {
      const plain = forward(onnx, call, convInfo(call, call.input('x').shape, call.input('filter').shape));
      const bias = call.optional('bias');
      return activate(onnx, call, bias ? addBias(onnx, plain, bias, formatOf(call)) : plain);
    },
  },
} satisfies KernelRules;
