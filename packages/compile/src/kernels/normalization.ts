import type { Spec } from '../graph/builder.js';
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

/** Kernels that normalise. */
export const normalizationRules: KernelRules = {
  FusedBatchNorm: batchNorm,
  LogSoftmax: softmax('LogSoftmax', 'axis'),
  Softmax: softmax('Softmax', 'dim'),
};
