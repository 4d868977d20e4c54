import type { Spec } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import type { OnnxBuilder } from '../codegen/onnx/onnx-builder.js';
import type { KernelCall, KernelRule, KernelRules } from './rule.js';

/** One weight of a resampling: how much of `source` is in `target`. */
type Weights = (
  target: number,
  from: number,
  to: number,
  corners: boolean,
  centres: boolean,
) => [source: number, weight: number][];

function scale(from: number, to: number, corners: boolean): number {
  return corners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

const bilinear: Weights = (target, from, to, corners, centres) => {
  const ratio = scale(from, to, corners);
  const at = centres ? Math.max(0, (target + 0.5) * ratio - 0.5) : target * ratio;
  const low = Math.max(0, Math.floor(at));
  const high = Math.min(from - 1, Math.ceil(at));
  const fraction = Math.fround(at - low);
  return [
    [Math.min(low, from - 1), 1 - fraction],
    [high, fraction],
  ];
};

const nearest: Weights = (target, from, to, corners, centres) => {
  const at = scale(from, to, corners) * (centres ? target + 0.5 : target);
  return [[Math.max(0, Math.min(from - 1, corners ? Math.round(at) : Math.floor(at))), 1]];
};

/** Resampling of one axis as a `[to, from]` matrix: it is linear, so that its gradient is the transposed matrix. */
function matrix(onnx: OnnxBuilder, weights: Weights, from: number, to: number, call: KernelCall): Value {
  const corners = call.attribute<boolean>('alignCorners');
  const centres = call.attribute<boolean | undefined>('halfPixelCenters') ?? false;
  const data = new Float32Array(to * from);
  for (let i = 0; i < to; i++)
    for (const [source, weight] of weights(i, from, to, corners, centres)) data[i * from + source]! += weight;
  return onnx.graph.constant(data, [to, from], 'float32');
}

/** `rows X columns^T` for the two middle axes of `[N, H, W, C]`. */
function resample(onnx: OnnxBuilder, x: Value, rows: Value, columns: Value): Value {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [tall, wide] = [rows.shape[0] as number, columns.shape[0] as number];
  const down = onnx.op('MatMul', [rows, onnx.reshape(x, [batch, height, width * channels])], {
    shape: [batch, tall, width * channels],
    dtype: 'float32',
  });
  const across = onnx.op('MatMul', [columns, onnx.reshape(down, [batch * tall, width, channels])], {
    shape: [batch * tall, wide, channels],
    dtype: 'float32',
  });
  return onnx.reshape(across, [batch, tall, wide, channels]);
}

function resize(weights: Weights): KernelRule {
  return {
    infer: (call): Spec => {
      const [batch, , , channels] = call.input('images').shape as [number, number, number, number];
      return { shape: [batch, ...call.attribute<[number, number]>('size'), channels], dtype: 'float32' };
    },
    lower: (call, onnx) => {
      const images = onnx.cast(call.input('images'), 'float32');
      const [tall, wide] = call.attribute<[number, number]>('size');
      const rows = matrix(onnx, weights, images.shape[1] as number, tall, call);
      return resample(onnx, images, rows, matrix(onnx, weights, images.shape[2] as number, wide, call));
    },
  };
}

function resizeGradient(weights: Weights): KernelRule {
  return {
    infer: (call): Spec => ({ shape: call.input('images').shape, dtype: 'float32' }),
    lower: (call, onnx) => {
      const [images, dy] = [call.input('images'), call.input('dy')];
      const back = (axis: 1 | 2): Value =>
        onnx.transpose(
          matrix(onnx, weights, images.shape[axis] as number, dy.shape[axis] as number, call),
          [1, 0],
        );
      return resample(onnx, dy, back(1), back(2));
    },
  };
}

/** Kernels on images `[N, H, W, C]`. */
export const imageRules = {
  FlipLeftRight: {
    infer: (call): Spec => call.input('image'),
    lower: (call, onnx) => {
      const x = call.input('image');
      return onnx.slice(x, [0, 0, (x.shape[2] as number) - 1, 0], x.shape, [1, 1, -1, 1]);
    },
  },
  ResizeBilinear: resize(bilinear),
  ResizeBilinearGrad: resizeGradient(bilinear),
  ResizeNearestNeighbor: resize(nearest),
  ResizeNearestNeighborGrad: resizeGradient(nearest),
} satisfies KernelRules;
