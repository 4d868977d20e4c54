import { backend_util } from '@tensorflow/tfjs-core';
import type { Spec } from '../graph/builder.js';
import { elementCount } from '../graph/element-type.js';
import type { Value } from '../graph/graph.js';
import { channelsFirst, channelsLast, convAttributes, convInputGradient } from './convolution.js';
import type { OnnxBuilder } from './onnx-builder.js';
import type { KernelCall, KernelRules } from './rule.js';

type Info = backend_util.Conv2DInfo;

function poolInfo(call: KernelCall, shape: readonly number[]): Info {
  return backend_util.computePool2DInfo(
    [...shape] as [number, number, number, number],
    call.attribute<number | [number, number]>('filterSize'),
    call.attribute<number | [number, number]>('strides'),
    1,
    call.attribute<'valid' | 'same' | number>('pad'),
    call.attribute<'floor' | 'round' | 'ceil' | undefined>('dimRoundingMode'),
  );
}

/** Of a gradient: tfjs does not pass on how sizes were rounded, but the shape of `dy` tells. */
function gradientInfo(call: KernelCall): Info {
  const [, outHeight, outWidth] = call.input('dy').shape as [number, number, number];
  return { ...poolInfo(call, call.input('input').shape), outHeight, outWidth };
}

function windows(info: Info): { strides: number[]; pads: number[]; kernel_shape: number[] } {
  const { strides, pads, kernel_shape } = convAttributes(info);
  return { strides, pads, kernel_shape };
}

const pooledShape = (info: Info): number[] => [
  info.batchSize,
  info.inChannels,
  info.outHeight,
  info.outWidth,
];

/** A pooling operator of ONNX on channels-last data; averages count the cells that are there, not the padding. */
function pool(op: 'MaxPool' | 'AveragePool', call: KernelCall, onnx: OnnxBuilder): Value {
  const info = poolInfo(call, call.input('x').shape);
  const x = channelsFirst(onnx, call.input('x'));
  return channelsLast(onnx, onnx.op(op, [x], { shape: pooledShape(info), dtype: 'float32' }, windows(info)));
}

/** Sends each gradient to the first maximum of its window. */
function maxPoolGradient(call: KernelCall, onnx: OnnxBuilder): Value {
  const x = channelsFirst(onnx, call.input('input'));
  const dy = channelsFirst(onnx, call.input('dy'));
  const info = gradientInfo(call);
  const shape = pooledShape(info);
  const outputs = [
    { shape, dtype: 'float32' },
    { shape, dtype: 'int64' },
  ] as const;
  const [, indices] = onnx.multi('MaxPool', [x], outputs, windows(info)) as [Value, Value];
  // Positions in the whole input; windows that overlap may name one position twice.
  const zeros = onnx.graph.scalar(0, 'float32', [elementCount(x.shape)]);
  const flat = [elementCount(shape)];
  const dx = onnx.op('ScatterElements', [zeros, onnx.reshape(indices, flat), onnx.reshape(dy, flat)], zeros, {
    axis: 0,
    reduction: 'add',
  });
  return channelsLast(onnx, onnx.reshape(dx, x.shape));
}

/** How many cells of the input each window covers, `[1, 1, outH, outW]`. */
function windowCounts(onnx: OnnxBuilder, info: Info): Value {
  const covered = (at: number, stride: number, before: number, kernel: number, extent: number): number =>
    Math.min(extent, at * stride - before + kernel) - Math.max(0, at * stride - before);
  const counts: number[] = [];
  for (let i = 0; i < info.outHeight; i++)
    for (let j = 0; j < info.outWidth; j++)
      counts.push(
        covered(i, info.strideHeight, info.padInfo.top, info.filterHeight, info.inHeight) *
          covered(j, info.strideWidth, info.padInfo.left, info.filterWidth, info.inWidth),
      );
  return onnx.graph.numbers(counts, 'float32', [1, 1, info.outHeight, info.outWidth]);
}

/** Spreads each gradient evenly over the cells that its window averaged. */
function averagePoolGradient(call: KernelCall, onnx: OnnxBuilder): Value {
  const info = gradientInfo(call);
  const dy = channelsFirst(onnx, call.input('dy'));
  const share = onnx.binary('Div', dy, windowCounts(onnx, info));
  const planes = info.batchSize * info.inChannels;
  const single = { ...info, batchSize: planes, inChannels: 1 };
  const ones = onnx.graph.scalar(1, 'float32', [1, 1, info.filterHeight, info.filterWidth]);
  const spread = convInputGradient(
    onnx,
    onnx.reshape(share, [planes, 1, info.outHeight, info.outWidth]),
    ones,
    single,
    1,
  );
  const dx = onnx.reshape(spread, [info.batchSize, info.inChannels, info.inHeight, info.inWidth]);
  return channelsLast(onnx, dx);
}

const pooled = (call: KernelCall): Spec => ({
  shape: poolInfo(call, call.input('x').shape).outShape,
  dtype: 'float32',
});

/** Pooling over two axes, and its gradients. */
export const poolingRules: KernelRules = {
  AvgPool: { infer: pooled, lower: (call, onnx) => pool('AveragePool', call, onnx) },
  AvgPoolGrad: {
    infer: (call): Spec => call.input('input'),
    lower: averagePoolGradient,
  },
  MaxPool: { infer: pooled, lower: (call, onnx) => pool('MaxPool', call, onnx) },
  MaxPoolGrad: { infer: (call): Spec => call.input('input'), lower: maxPoolGradient },
};
