import type { Value } from '../../../graph/graph.js';
import type { OnnxBuilder } from '../../onnx/onnx-builder.js';
import type { Form } from './form.js';

/** `x - max x` along an axis: exponentials of it do not overflow. */
function shifted(onnx: OnnxBuilder, x: Value, axis: number): Value {
  return onnx.binary('Sub', x, onnx.reduce('ReduceMax', x, axis, true));
}

const sumOf = (onnx: OnnxBuilder, x: Value, axis: number): Value =>
  onnx.op(
    'ReduceSum',
    [x, onnx.longs([axis])],
    { shape: x.shape.map((extent, i) => (i === axis ? 1 : extent)), dtype: x.dtype },
    { keepdims: 1 },
  );

/** `e^(x - max) / sum e^(x - max)`. */
export const softmax: Form = ({ inputs, attributes }, onnx) => {
  const axis = attributes['axis'] as number;
  const powers = onnx.unary('Exp', shifted(onnx, inputs[0]!, axis));
  return [onnx.binary('Div', powers, sumOf(onnx, powers, axis))];
};

/** `(x - max) - log sum e^(x - max)`. */
export const logSoftmax: Form = ({ inputs, attributes }, onnx) => {
  const axis = attributes['axis'] as number;
  const x = shifted(onnx, inputs[0]!, axis);
  return [onnx.binary('Sub', x, onnx.unary('Log', sumOf(onnx, onnx.unary('Exp', x), axis)))];
};
