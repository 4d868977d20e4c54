import type { GraphBuilder } from '../../../graph/builder.js';
import { elementCount } from '../../../graph/element-type.js';
import type { Value } from '../../../graph/graph.js';
import type { RewriteRule } from '../../../graph/rewrite.js';
import { broadcastingOps } from './broadcasting.js';

/** Turns products of one matrix each, which tfjs wraps in a batch of one, into plain matrix products, and unwraps what follows. */
export const flatProducts: RewriteRule = (node, { builder }) => {
  const [output] = node.outputs as [Value];
  if (node.op === 'MatMul') {
    const [a, b] = (node.inputs as readonly Value[]).map((value) => matrix(builder, value));
    if (!a || !b) return undefined;
    const shape = [a.shape[0] as number, b.shape[1] as number];
    const outputs = [{ shape, dtype: output.dtype }];
    const [product] = builder.add({
      op: 'Gemm',
      inputs: [a, b],
      attributes: { transA: 0, transB: 0 },
      outputs,
    });
    return [reshaped(builder, product as Value, output.shape)];
  }
  if (!broadcastingOps.has(node.op)) return undefined;
  const inner = (node.inputs as readonly Value[]).map((value) => unwrapped(value, output.shape));
  const wrapped = inner.find((value, i) => value !== undefined && value !== node.inputs[i]);
  if (!wrapped || inner.includes(undefined)) return undefined;
  const outputs = [{ shape: wrapped.shape, dtype: output.dtype }];
  const [plain] = builder.add({ ...node, inputs: inner, outputs });
  return [reshaped(builder, plain as Value, output.shape)];
};

/** A tensor whose axes before the last two are 1, as a matrix. */
function matrix(builder: GraphBuilder, value: Value): Value | undefined {
  const shape = value.shape.slice(-2);
  if (value.shape.length < 2 || elementCount(shape) !== elementCount(value.shape)) return undefined;
  return reshaped(builder, value, shape);
}

/** An operand of an elementwise operation without the leading axes of 1 that its result has. */
function unwrapped(value: Value, shape: readonly number[]): Value | undefined {
  if (value.shape.length === shape.length && value.producer?.op === 'Reshape') {
    const source = value.producer.inputs[0] as Value;
    const missing = shape.length - source.shape.length;
    const leading = shape.slice(0, missing).every((extent) => extent === 1);
    if (missing > 0 && leading && shape.slice(missing).every((extent, i) => extent === source.shape[i]))
      return source;
  }
  // Of lower rank than any that could be unwrapped: a bias, a scalar.
  return value.shape.length <= 1 ? value : undefined;
}

function reshaped(builder: GraphBuilder, value: Value, shape: readonly number[]): Value {
  if (value.shape.length === shape.length) return value;
  const target = builder.numbers(shape, 'int64');
  const outputs = [{ shape, dtype: value.dtype }];
  return builder.add({
    op: 'Reshape',
    inputs: [value, target],
    attributes: { allowzero: 1 },
    outputs,
  })[0] as Value;
}
