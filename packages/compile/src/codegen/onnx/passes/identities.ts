import type { Node, Value } from '../../../graph/graph.js';
import type { RewriteRule } from '../../../graph/rewrite.js';
import { sameShape } from '../../../graph/shapes.js';
import { uniformNumber } from './fold-constants.js';

/** Drops arithmetic that changes no bit: `x * 1`, `x / 1`, `x - 0`, and turns division by a power of two into a product. */
export const identities: RewriteRule = (node, { builder }) => {
  const [output] = node.outputs as [Value];
  const kept = unchanged(node);
  if (kept && sameShape(kept.shape, output.shape) && kept.dtype === output.dtype) return [kept];
  if (node.op !== 'Div' || output.dtype !== 'float32') return undefined;
  const divisor = uniformNumber(node.inputs[1]);
  if (divisor === undefined || !isPowerOfTwo(divisor)) return undefined;
  const factor = builder.scalar(1 / divisor, 'float32', node.inputs[1]?.shape);
  return builder.add({ op: 'Mul', inputs: [node.inputs[0], factor], outputs: [output] });
};

/** The operand that the node passes on as it is. */
function unchanged({ op, inputs }: Node): Value | undefined {
  const [a, b] = inputs;
  const [x, y] = [uniformNumber(a), uniformNumber(b)];
  if (op === 'Mul') return y === 1 ? a : x === 1 ? b : undefined;
  if (op === 'Div') return y === 1 ? a : undefined;
  // x + 0 turns -0 into 0; x - 0 does not.
  if (op === 'Sub') return Object.is(y, 0) ? a : undefined;
  if (op === 'Add') return Object.is(y, -0) ? a : Object.is(x, -0) ? b : undefined;
  return undefined;
}

/** True where multiplying with the reciprocal gives the same bits as dividing. */
function isPowerOfTwo(x: number): boolean {
  const size = Math.abs(x);
  if (!(size > 1e-30 && size < 1e30)) return false;
  let power = 1;
  while (power < size) power *= 2;
  while (power > size) power /= 2;
  return power === size;
}
