import type { Value } from '../../../graph/graph.js';
import type { RewriteRule } from '../../../graph/rewrite.js';
import { uniformNumber } from './fold-constants.js';

/** Has a matrix product of scaled bytes do the scaling: on its way out, where it costs nothing. */
export const byteScale: RewriteRule = (node, { builder }) => {
  if (node.op !== 'Gemm') return undefined;
  let alpha = Number(node.attributes['alpha'] ?? 1);
  let changed = false;
  const inputs = node.inputs.map((operand, i) => {
    const scaled = i < 2 && operand ? scaledBytes(operand) : undefined;
    if (!scaled) return operand;
    alpha *= scaled.scale;
    changed = true;
    return scaled.reshape(scaled.bytes);
  });
  return changed
    ? builder.add({ ...node, inputs, attributes: { ...node.attributes, alpha }, outputs: node.outputs })
    : undefined;

  function scaledBytes(operand: Value) {
    const shaper = operand.producer?.op === 'Reshape' ? operand.producer : undefined;
    const product = (shaper ? shaper.inputs[0] : operand)?.producer;
    if (product?.op !== 'Mul') return undefined;
    const [x, y] = product.inputs as [Value, Value];
    const [bytes, scale] = uniformNumber(y) === undefined ? [y, uniformNumber(x)] : [x, uniformNumber(y)];
    const cast = bytes.producer;
    if (scale === undefined || cast?.op !== 'Cast' || cast.inputs[0]?.dtype !== 'uint8') return undefined;
    const reshape = (value: Value): Value =>
      shaper
        ? (builder.add({ ...shaper, inputs: [value, shaper.inputs[1]], outputs: shaper.outputs })[0] as Value)
        : value;
    return { bytes, scale, reshape };
  }
};
