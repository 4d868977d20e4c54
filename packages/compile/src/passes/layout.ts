import { elementCount } from '../graph/element-type.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Node, Value } from '../graph/graph.js';
import type { RewriteRule } from '../graph/rewrite.js';
import { invertPermutation, normalizeAxes, permute } from '../graph/shapes.js';
import { broadcastingOps, unaryOps } from './broadcasting.js';

/**
 * Moves transposes behind the operators that do not mind, where they meet and cancel: convolutions want channels first,
 * tfjs has them last, and everything between two convolutions can stay channels first.
 */
export const layout: RewriteRule = (node, context) => {
  const { builder } = context;
  if (unaryOps.has(node.op)) {
    const perm = permutationOf(node.inputs[0]);
    if (!perm) return undefined;
    const inputs = [sourceOf(node.inputs[0]), ...node.inputs.slice(1)];
    return [applyThen(builder, node, inputs, perm)];
  }
  if (broadcastingOps.has(node.op)) return broadcast(node, builder);
  if (node.op.startsWith('Reduce')) return reduction(node, builder);
  if (node.op === 'Concat') return concat(node, builder);
  if (node.op === 'Pad') return pad(node, builder);
  return undefined;
};

function permutationOf(value: Value | undefined): readonly number[] | undefined {
  const producer = value?.producer;
  return producer?.op === 'Transpose' ? (producer.attributes['perm'] as readonly number[]) : undefined;
}

function sourceOf(value: Value | undefined): Value {
  return value?.producer?.inputs[0] as Value;
}

/** The operator on untransposed operands, and the transpose behind it. */
function applyThen(
  builder: GraphBuilder,
  node: Node,
  inputs: readonly (Value | undefined)[],
  perm: readonly number[],
): Value {
  const [output] = node.outputs as [Value];
  const shape = permute(output.shape, invertPermutation(perm));
  const [plain] = builder.add({ ...node, inputs, outputs: [{ shape, dtype: output.dtype }] });
  return transpose(builder, plain as Value, perm);
}

function transpose(builder: GraphBuilder, x: Value, perm: readonly number[]): Value {
  const outputs = [{ shape: permute(x.shape, perm), dtype: x.dtype }];
  return builder.add({ op: 'Transpose', inputs: [x], attributes: { perm }, outputs })[0] as Value;
}

function broadcast(node: Node, builder: GraphBuilder): readonly Value[] | undefined {
  const [output] = node.outputs as [Value];
  const rank = output.shape.length;
  const count = elementCount(output.shape);
  const perm = node.inputs
    .filter((value) => value && value.shape.length === rank && elementCount(value.shape) === count)
    .map(permutationOf)
    .find((found) => found !== undefined);
  if (!perm) return undefined;
  const inverse = invertPermutation(perm);
  const inputs: Value[] = [];
  for (const value of node.inputs as readonly Value[]) {
    if (permutationOf(value)?.join() === perm.join()) inputs.push(sourceOf(value));
    else if (elementCount(value.shape) * 4 > count && count > 64) return undefined;
    else inputs.push(permuted(builder, value, rank, inverse));
  }
  return [applyThen(builder, node, inputs, perm)];
}

/** A small operand as it broadcasts against permuted axes. */
function permuted(builder: GraphBuilder, value: Value, rank: number, inverse: readonly number[]): Value {
  if (elementCount(value.shape) === 1 && value.constant) return { ...value, shape: [] };
  const padded = [...new Array<number>(rank - value.shape.length).fill(1), ...value.shape];
  const wide =
    value.shape.length === rank
      ? value
      : (builder.add({
          op: 'Reshape',
          inputs: [value, builder.numbers(padded, 'int64')],
          attributes: { allowzero: 1 },
          outputs: [{ shape: padded, dtype: value.dtype }],
        })[0] as Value);
  return transpose(builder, wide, inverse);
}

function reduction(node: Node, builder: GraphBuilder): readonly Value[] | undefined {
  const perm = permutationOf(node.inputs[0]);
  const axes = node.inputs[1]?.constant?.data;
  if (!perm || !axes) return undefined;
  const x = sourceOf(node.inputs[0]);
  const given = normalizeAxes(Array.from(axes as ArrayLike<number | bigint>, Number), perm.length);
  const over = normalizeAxes(
    given.map((axis) => perm[axis] as number),
    perm.length,
  );
  const [output] = node.outputs as [Value];
  const keep = Number(node.attributes['keepdims'] ?? 1) === 1;
  const inputs = [x, builder.numbers(over, 'int64')];
  if (keep) return [applyThen(builder, node, inputs, perm)];
  // What remains keeps its own order, which the transpose had changed unless it is sorted.
  const rest = perm.filter((axis) => !over.includes(axis));
  const sorted = [...rest].sort((a, b) => a - b);
  const shape = sorted.map((axis) => x.shape[axis] as number);
  const [plain] = builder.add({ ...node, inputs, outputs: [{ shape, dtype: output.dtype }] });
  if (rest.every((axis, i) => axis === sorted[i])) return [plain as Value];
  return [
    transpose(
      builder,
      plain as Value,
      rest.map((axis) => sorted.indexOf(axis)),
    ),
  ];
}

function concat(node: Node, builder: GraphBuilder): readonly Value[] | undefined {
  const perms = node.inputs.map(permutationOf);
  const [perm] = perms;
  if (!perm || perms.some((other) => other?.join() !== perm.join())) return undefined;
  const [output] = node.outputs as [Value];
  const shape = permute(output.shape, invertPermutation(perm));
  const attributes = { axis: perm[node.attributes['axis'] as number] as number };
  const [plain] = builder.add({
    ...node,
    inputs: node.inputs.map(sourceOf),
    attributes,
    outputs: [{ ...output, shape }],
  });
  return [transpose(builder, plain as Value, perm)];
}

function pad(node: Node, builder: GraphBuilder): readonly Value[] | undefined {
  const perm = permutationOf(node.inputs[0]);
  const pads = node.inputs[1]?.constant?.data;
  if (!perm || !pads || pads.length !== 2 * perm.length) return undefined;
  const numbers = Array.from(pads as ArrayLike<number | bigint>, Number);
  const inverse = invertPermutation(perm);
  const moved = [
    ...permute(numbers.slice(0, perm.length), inverse),
    ...permute(numbers.slice(perm.length), inverse),
  ];
  const inputs = [sourceOf(node.inputs[0]), builder.numbers(moved, 'int64'), ...node.inputs.slice(2)];
  return [applyThen(builder, node, inputs, perm)];
}
