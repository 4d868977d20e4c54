import type { Value } from '../graph/graph.js';
import type { RewriteRule } from '../graph/rewrite.js';

/**
 * Over tfjs kernels: the gradient of ReLU after that of a maximum pooling of its result is taken on the pooled tensor.
 *
 * A gradient reaches a cell only where the cell is the maximum of its window, so that "the cell is positive" and "the
 * maximum is positive" are the same question, and the second is asked a quarter as often.
 */
export const reluPool: RewriteRule = (node, { builder, uses }) => {
  if (node.op !== 'Multiply') return undefined;
  for (const [pool, mask] of [node.inputs, [...node.inputs].reverse()] as [Value, Value][]) {
    const gradient = pool.producer;
    const step = throughCast(mask).producer;
    if (gradient?.op !== 'MaxPoolGrad' || step?.op !== 'Step' || uses(pool) !== 1) continue;
    if (Number(step.attributes['alpha'] ?? 0) !== 0) continue;
    const operand = (name: string): Value =>
      gradient.inputs[gradient.inputNames?.indexOf(name) ?? -1] as Value;
    const input = operand('input');
    const tested = step.inputs[0];
    const relu = input.producer;
    if (relu?.op !== 'Relu' || (tested !== input && tested !== relu.inputs[0])) continue;
    const [dy, output] = [operand('dy'), operand('output')];
    const parts = { attributes: { alpha: 0 }, outputs: [dy] };
    const [positive] = builder.add({ op: 'Step', inputs: [output], inputNames: ['x'], ...parts });
    const [kept] = builder.add({
      op: 'Multiply',
      inputs: [dy, positive],
      inputNames: ['a', 'b'],
      outputs: [dy],
    });
    const inputs = gradient.inputs.map((value) => (value === dy ? kept : value));
    return builder.add({ ...gradient, inputs, outputs: node.outputs });
  }
  return undefined;
};

function throughCast(value: Value): Value {
  const { producer } = value;
  return producer?.op === 'Cast' && producer.inputs[0]?.dtype === value.dtype ? producer.inputs[0] : value;
}
