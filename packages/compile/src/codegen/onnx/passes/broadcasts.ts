import type { Value } from '../../../graph/graph.js';
import type { RewriteRule } from '../../../graph/rewrite.js';
import { broadcastShapes, sameShape } from '../../../graph/shapes.js';
import { broadcastingOps, unaryOps } from './broadcasting.js';

/**
 * Lets elementwise operators work on small tensors where broadcast copies of them stood: they broadcast for nothing, and what
 * is the same in every copy is computed once.
 */
export const broadcasts: RewriteRule = (node, { builder }) => {
  const several = broadcastingOps.has(node.op);
  if (!several && !unaryOps.has(node.op)) return undefined;
  const [output] = node.outputs as [Value];
  const operands = node.inputs as readonly Value[];
  const inputs = operands.map((value, i) => (several || i === 0 ? original(value) : value));
  if (inputs.every((value, i) => value === operands[i])) return undefined;
  const shape = several ? broadcastShapes(...inputs.map((value) => value.shape)) : (inputs[0] as Value).shape;
  const [small] = builder.add({ ...node, inputs, outputs: [{ shape, dtype: output.dtype }] });
  if (sameShape(shape, output.shape)) return [small as Value];
  const target = builder.numbers(output.shape, 'int64');
  return builder.add({ op: 'Expand', inputs: [small, target], outputs: [output] });
};

/** What a value is a broadcast copy of; itself, if of nothing. */
function original(value: Value): Value {
  if (value.constant?.data.length === 1 && value.shape.length > 0) return { ...value, shape: [] };
  return value.producer?.op === 'Expand' ? (value.producer.inputs[0] as Value) : value;
}
