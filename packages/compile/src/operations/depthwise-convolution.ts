import type { Spec } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { activate } from './activation.js';
import {
  channelsFirst,
  channelsLast,
  convAttributes,
  convFilterGradient,
  convInfo,
  convInputGradient,
} from './convolution.js';
import type { OnnxBuilder } from '../codegen/onnx/onnx-builder.js';
import type { KernelCall, KernelRules } from './rule.js';

/** `[H, W, C, M]`, as tfjs keeps filters, as `[C M, 1, H, W]`. */
function grouped(onnx: OnnxBuilder, filter: Value): Value {
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number];
  return onnx.reshape(onnx.transpose(filter, [2, 3, 0, 1]), [channels * multiplier, 1, height, width]);
}

function forward(onnx: OnnxBuilder, call: KernelCall): Value {
  const [x, filter] = [call.input('x'), call.input('filter')];
  const info = convInfo(call, x.shape, filter.shape, true);
  const shape = [info.batchSize, info.outChannels, info.outHeight, info.outWidth];
  const y = onnx.op(
    'Conv',
    [channelsFirst(onnx, x), grouped(onnx, filter)],
    { shape, dtype: 'float32' },
    {
      ...convAttributes(info),
      group: info.inChannels,
    },
  );
  return channelsLast(onnx, y);
}

function backpropInput(onnx: OnnxBuilder, call: KernelCall): Value {
  const filter = call.input('filter');
  const info = convInfo(call, call.attribute<number[]>('inputShape'), filter.shape, true);
  const dy = channelsFirst(onnx, call.input('dy'));
  return channelsLast(onnx, convInputGradient(onnx, dy, grouped(onnx, filter), info, info.inChannels));
}

function backpropFilter(onnx: OnnxBuilder, call: KernelCall): Value {
  const [x, dy] = [call.input('x'), call.input('dy')];
  const filterShape = call.attribute<[number, number, number, number]>('filterShape');
  const info = convInfo(call, x.shape, filterShape, true);
  const [height, width, channels, multiplier] = filterShape;
  // One group per channel; the batch is the input channels of the group.
  const image = onnx.reshape(onnx.transpose(x, [3, 0, 1, 2]), [
    1,
    channels * info.batchSize,
    info.inHeight,
    info.inWidth,
  ]);
  const gradient = convFilterGradient(onnx, image, onnx.transpose(dy, [3, 0, 1, 2]), info, channels);
  return onnx.transpose(onnx.reshape(gradient, [channels, multiplier, height, width]), [2, 3, 0, 1]);
}

const outShape = (call: KernelCall): Spec => {
  const info = convInfo(call, call.input('x').shape, call.input('filter').shape, true);
  return { shape: info.outShape, dtype: 'float32' };
};

/** Convolutions of each channel by itself, and their gradients. */
export const depthwiseConvolutionRules = {
  DepthwiseConv2dNative: { infer: outShape, lower: (call, onnx) => forward(onnx, call) },
  DepthwiseConv2dNativeBackpropFilter: {
    infer: (call): Spec => ({ shape: call.attribute<number[]>('filterShape'), dtype: 'float32' }),
    lower: (call, onnx) => backpropFilter(onnx, call),
  },
  DepthwiseConv2dNativeBackpropInput: {
    infer: (call): Spec => ({ shape: call.attribute<number[]>('inputShape'), dtype: 'float32' }),
    lower: (call, onnx) => backpropInput(onnx, call),
  },
  FusedDepthwiseConv2D: {
    infer: outShape,
    lower: (call, onnx) => {
      const bias = call.optional('bias');
      const plain = forward(onnx, call);
      return activate(onnx, call, bias ? onnx.binary('Add', plain, bias) : plain);
    },
  },
} satisfies KernelRules;
