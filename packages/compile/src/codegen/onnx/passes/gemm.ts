import type { Attributes, Node, Value } from '../../../graph/graph.js';
import type { RewriteRule } from '../../../graph/rewrite.js';

/** Takes transposes of its operands and the addition of a bias into a matrix product. */
export const gemm: RewriteRule = (node, { builder, uses }) => {
  if (node.op === 'Gemm') {
    const [a, b] = [untransposed(node, 0), untransposed(node, 1)];
    if (!a && !b) return undefined;
    const inputs = [a ?? node.inputs[0], b ?? node.inputs[1], ...node.inputs.slice(2)];
    const flip = (name: 'transA' | 'transB', on: boolean): number =>
      (Number(node.attributes[name] ?? 0) + (on ? 1 : 0)) % 2;
    const attributes: Attributes = {
      ...node.attributes,
      transA: flip('transA', a !== undefined),
      transB: flip('transB', b !== undefined),
    };
    return builder.add({ ...node, inputs, attributes, outputs: node.outputs });
  }
  if (node.op !== 'Add') return undefined;
  const [x, y] = node.inputs as [Value, Value];
  const [product, bias] = x.producer?.op === 'Gemm' ? [x, y] : [y, x];
  const producer = product.producer;
  if (producer?.op !== 'Gemm' || producer.inputs.length > 2 || uses(product) !== 1) return undefined;
  if (!isBias(bias, product)) return undefined;
  return builder.add({ ...producer, inputs: [...producer.inputs, bias], outputs: node.outputs });
};

/** The operand without its transpose. */
function untransposed(node: Node, i: number): Value | undefined {
  const producer = node.inputs[i]?.producer;
  return producer?.op === 'Transpose' && producer.outputs[0]?.shape.length === 2
    ? producer.inputs[0]
    : undefined;
}

/** One number per column. */
function isBias(bias: Value, product: Value): boolean {
  const columns = product.shape[1] as number;
  return (
    bias.dtype === 'float32' &&
    bias.shape.length <= 2 &&
    bias.shape.at(-1) === columns &&
    (bias.shape.length === 1 || bias.shape[0] === 1)
  );
}
