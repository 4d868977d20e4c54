import { elementCount, fromNumbers } from '../../../graph/element-type.js';
import type { Node, Value } from '../../../graph/graph.js';
import type { RewriteRule } from '../../../graph/rewrite.js';
import { broadcastingOps, unaryOps } from './broadcasting.js';

const unary: Readonly<Record<string, (x: number) => number>> = {
  Abs: Math.abs,
  Ceil: Math.ceil,
  Floor: Math.floor,
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(0, x),
  Sqrt: Math.sqrt,
};

const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Div: (a, b) => a / b,
  Max: Math.max,
  Min: Math.min,
  Mul: (a, b) => a * b,
  Sub: (a, b) => a - b,
};

/**
 * Works out operations on constants that are one repeated number, and moves such constants through reshapes, transposes and
 * broadcasts. What is left of larger constants is folded by the runtime when it loads the graph.
 */
export const foldConstants: RewriteRule = (node, { builder }) => {
  const [output] = node.outputs as [Value];
  if (node.outputs.length !== 1) return undefined;
  const numbers = node.inputs.map(uniformNumber);
  const [first] = numbers;
  if (first === undefined) return undefined;
  if (
    ['Reshape', 'Transpose', 'Expand', 'Identity'].includes(node.op) ||
    (node.op === 'Tile' && elementCount(output.shape) > 0)
  )
    return [{ ...builder.scalar(first, output.dtype, output.shape) }];
  if (output.dtype !== 'float32' || node.inputs.some((value) => value?.dtype !== 'float32')) return undefined;
  const result = evaluate(node, numbers);
  return result === undefined ? undefined : [builder.scalar(result, 'float32', output.shape)];
};

/** The number that a constant repeats; `undefined` for anything else. */
export function uniformNumber(value: Value | undefined): number | undefined {
  const data = value?.constant?.data;
  return data?.length === 1 && typeof data[0] === 'number' ? data[0] : undefined;
}

/** In float64 and rounded once: the same as in float32 for these operations. */
function evaluate(node: Node, numbers: readonly (number | undefined)[]): number | undefined {
  const [a, b] = numbers;
  if (a === undefined) return undefined;
  if (unaryOps.has(node.op) && numbers.length === 1) return round(unary[node.op]?.(a));
  if (broadcastingOps.has(node.op) && numbers.length === 2 && b !== undefined)
    return round(binary[node.op]?.(a, b));
  return undefined;
}

function round(x: number | undefined): number | undefined {
  return x === undefined ? undefined : (fromNumbers('float32', [x])[0] as number);
}
