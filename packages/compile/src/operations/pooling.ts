import { backend_util } from '@tensorflow/tfjs-core';
import type { Spec } from '../graph/builder.js';
import { elementCount } from '../graph/element-type.js';
import type { Value } from '../graph/graph.js';
import { pad } from './array.js';
import { channelsFirst, channelsLast, convAttributes, convInputGradient } from './convolution.js';
import type { OnnxBuilder } from '../codegen/onnx/onnx-builder.js';
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
  const tiled = info.strideHeight === info.filterHeight && info.strideWidth === info.filterWidth;
  return channelsLast(
    onnx,
    tiled ? tiledMaxPoolGradient(onnx, x, dy, info) : scatteredMaxPoolGradient(onnx, x, dy, info),
  );
}

/** For windows of any kind: ONNX gives the position of each maximum, slowly. */
function scatteredMaxPoolGradient(onnx: OnnxBuilder, x: Value, dy: Value, info: Info): Value {
  const shape = pooledShape(info);
  const outputs = [
    { shape, dtype: 'float32' },
    { shape, dtype: 'int64' },
  ] as const;
  const [, indices] = onnx.multi('MaxPool', [x], outputs, windows(info)) as [Value, Value];
  // Positions in the whole input; windows that overlap may name one position twice.
  const zeros = onnx.graph.scalar(0, 'float32', [elementCount(x.shape)]);
  const flat = [elementCount(shape)];
  const operands = [zeros, onnx.reshape(indices, flat), onnx.reshape(dy, flat)];
  const dx = onnx.op('ScatterElements', operands, zeros, { axis: 0, reduction: 'add' });
  return onnx.reshape(dx, x.shape);
}

/**
 * For windows side by side: maxima and gradients are repeated over their windows, and compared with the input. Among equal
 * maxima the first has the highest rank, and pooling the ranks finds it.
 */
function tiledMaxPoolGradient(onnx: OnnxBuilder, given: Value, dy: Value, info: Info): Value {
  const { filterHeight, filterWidth, outHeight, outWidth } = info;
  const { top, left } = info.padInfo;
  const [height, width] = [outHeight * filterHeight, outWidth * filterWidth];
  const [below, beside] = [height - info.inHeight - top, width - info.inWidth - left];
  const x = fit(onnx, given, [top, below], [left, beside], -Infinity);
  const whole = {
    kernel_shape: [filterHeight, filterWidth],
    strides: [filterHeight, filterWidth],
    pads: [0, 0, 0, 0],
  };
  const pooledSpec = { shape: pooledShape(info), dtype: 'float32' } as const;
  const maximum = (value: Value): Value => onnx.op('MaxPool', [value], pooledSpec, whole);
  const repeat = (value: Value): Value => repeated(onnx, value, filterHeight, filterWidth);
  const isMaximum = onnx.cast(onnx.test('Equal', x, repeat(maximum(x))), 'float32');
  const ranks = Array.from({ length: height * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width) % filterHeight, (i % width) % filterWidth];
    return filterHeight * filterWidth - (row * filterWidth + column);
  });
  const ranked = onnx.binary('Mul', isMaximum, onnx.graph.numbers(ranks, 'float32', [1, 1, height, width]));
  const first = onnx.cast(onnx.test('Equal', ranked, repeat(maximum(ranked))), 'float32');
  const dx = onnx.binary('Mul', first, repeat(dy));
  return fit(onnx, dx, [-top, -below], [-left, -beside], 0);
}

/** Each cell of the last two axes, repeated over a block. */
function repeated(onnx: OnnxBuilder, x: Value, rows: number, columns: number): Value {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  if (rows === 1 && columns === 1) return x;
  const scales = onnx.graph.numbers([1, 1, rows, columns]);
  const shape = [batch, channels, height * rows, width * columns];
  return onnx.op(
    'Resize',
    [x, undefined, scales],
    { shape, dtype: x.dtype },
    {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    },
  );
}

/** Pads the last two axes, or cuts them where the padding is negative. */
function fit(
  onnx: OnnxBuilder,
  x: Value,
  rows: readonly [number, number],
  columns: readonly [number, number],
  fill: number,
): Value {
  const grow = (amount: number): number => Math.max(0, amount);
  const padded = pad(onnx, x, [[0, 0], [0, 0], rows.map(grow), columns.map(grow)], fill);
  const [batch, channels, height, width] = padded.shape as [number, number, number, number];
  const cut = [grow(-rows[0]), grow(-rows[1]), grow(-columns[0]), grow(-columns[1])] as const;
  const size = [batch, channels, height - cut[0] - cut[1], width - cut[2] - cut[3]];
  return onnx.slice(padded, [0, 0, cut[0], cut[2]], size);
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
export const poolingRules = {
  AvgPool: { infer: pooled, lower: (call, onnx) => pool('AveragePool', call, onnx) },
  AvgPoolGrad: {
    infer: (call): Spec => call.input('input'),
    lower: averagePoolGradient,
  },
  MaxPool: { infer: pooled, lower: (call, onnx) => pool('MaxPool', call, onnx) },
  MaxPoolGrad: { infer: (call): Spec => call.input('input'), lower: maxPoolGradient },
} satisfies KernelRules;
