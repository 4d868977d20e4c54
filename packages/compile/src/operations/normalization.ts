import type { Spec } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import type { OnnxBuilder } from '../codegen/onnx/onnx-builder.js';
import type { KernelCall, KernelRule, KernelRules } from './rule.js';

/** Softmax and its logarithm; tfjs knows them over the last axis only. */
function softmax(op: string, attribute: string): KernelRule {
  return {
    infer: (call): Spec => ({ shape: call.input('logits').shape, dtype: 'float32' }),
    lower: (call, onnx) => {
      const logits = onnx.cast(call.input('logits'), 'float32');
      const rank = logits.shape.length;
      const axis = call.attribute<number | undefined>(attribute) ?? -1;
      return onnx.unary(op, logits, { axis: axis < 0 ? axis + rank : axis });
    },
  };
}

const batchNorm: KernelRule = {
  infer: (call): Spec => ({ shape: call.input('x').shape, dtype: 'float32' }),
  lower: (call: KernelCall, onnx) => {
    const epsilon = onnx.number(call.attribute<number>('varianceEpsilon'));
    const deviation = onnx.unary('Sqrt', onnx.binary('Add', call.input('variance'), epsilon));
    const scale = call.optional('scale') ?? onnx.number(1);
    const offset = call.optional('offset');
    const centred = onnx.binary('Sub', call.input('x'), call.input('mean'));
    const scaled = onnx.binary('Mul', centred, onnx.binary('Div', scale, deviation));
    return offset ? onnx.binary('Add', scaled, offset) : scaled;
  },
};

/** `x / (bias + alpha s)^beta`, `s` the sum of squares of the `2 r + 1` channels around. */
function responseBase(
  call: KernelCall,
  onnx: OnnxBuilder,
): { x: Value; window: (value: Value) => Value; base: Value } {
  const x = call.input('x');
  const radius = call.attribute<number>('depthRadius');
  const channels = x.shape.at(-1) as number;
  // Sums over neighbouring channels are a product with a band matrix, which is its own transpose.
  const band = Float32Array.from({ length: channels * channels }, (_, i) =>
    Math.abs((i % channels) - Math.floor(i / channels)) <= radius ? 1 : 0,
  );
  const matrix = onnx.graph.constant(band, [channels, channels], 'float32');
  const window = (value: Value): Value => onnx.op('MatMul', [value, matrix], value);
  const sums = onnx.binary(
    'Mul',
    window(onnx.binary('Mul', x, x)),
    onnx.number(call.attribute<number>('alpha')),
  );
  return { x, window, base: onnx.binary('Add', sums, onnx.number(call.attribute<number>('bias'))) };
}

const responseNorm: KernelRule = {
  infer: (call): Spec => call.input('x'),
  lower: (call, onnx) => {
    const { x, base } = responseBase(call, onnx);
    return onnx.binary('Mul', x, onnx.binary('Pow', base, onnx.number(-call.attribute<number>('beta'))));
  },
};

const responseNormGradient: KernelRule = {
  infer: (call): Spec => call.input('x'),
  lower: (call, onnx) => {
    const { x, base, window } = responseBase(call, onnx);
    const [dy, y] = [call.input('dy'), call.input('y')];
    const direct = onnx.binary(
      'Mul',
      dy,
      onnx.binary('Pow', base, onnx.number(-call.attribute<number>('beta'))),
    );
    const shared = window(onnx.binary('Mul', dy, onnx.binary('Div', y, base)));
    const factor = -2 * call.attribute<number>('alpha') * call.attribute<number>('beta');
    const around = onnx.binary('Mul', onnx.binary('Mul', x, onnx.number(factor)), shared);
    return onnx.binary('Add', direct, around);
  },
};

/** Kernels that normalise. */
export const normalizationRules = {
  FusedBatchNorm: batchNorm,
  LRN: responseNorm,
  LRNGrad: responseNormGradient,
  LogSoftmax: softmax('LogSoftmax', 'axis'),
  Softmax: softmax('Softmax', 'dim'),
} satisfies KernelRules;
