import type { Value } from '../graph/graph.js';
import type { OnnxBuilder } from '../codegen/onnx/onnx-builder.js';
import type { KernelCall } from './rule.js';

/** The activation that a fused kernel names, applied to `x`. */
export function activate(onnx: OnnxBuilder, call: KernelCall, x: Value): Value {
  const name = call.attribute<string | undefined>('activation') ?? 'linear';
  switch (name) {
    case 'linear':
      return x;
    case 'relu':
      return onnx.unary('Relu', x);
    case 'relu6':
      return onnx.op('Clip', [x, onnx.number(0), onnx.number(6)], x);
    case 'elu':
      return onnx.unary('Elu', x);
    case 'sigmoid':
      return onnx.unary('Sigmoid', x);
    case 'leakyrelu':
      return onnx.unary('LeakyRelu', x, { alpha: call.attribute<number>('leakyreluAlpha') });
    case 'prelu':
      return onnx.op('PRelu', [x, call.input('preluActivationWeights')], x);
    default:
      throw new Error(`Kernel ${call.kernel} has the activation "${name}", which is unknown here.`);
  }
}
