import { elementCount } from '../../../graph/element-type.js';
import type { GraphBuilder } from '../../../graph/builder.js';
import type { Node, Value } from '../../../graph/graph.js';
import type { RewriteRule } from '../../../graph/rewrite.js';
import { invertPermutation, normalizeAxes, permute, sameShape } from '../../../graph/shapes.js';
import { broadcastingOps, unaryOps } from './broadcasting.js';

/**
 * Moves transposes behind the operators that do not mind, where they meet and cancel: convolutions want channels first,
 * tfjs has them last, and everything between two convolutions can stay channels first.
 */
export const layout: RewriteRule = (node, context) => {
  const { builder } = context;
  if (unaryOps.has(node.op)) {
    const view = viewOf(node.inputs[0]);
    return view && [applyThen(builder, node, [view.source, ...node.inputs.slice(1)], view)];
  }
  if (broadcastingOps.has(node.op)) return broadcast(node, builder);
  if (node.op.startsWith('Reduce')) return reduction(node, builder);
  if (node.op === 'Concat') return concat(node, builder);
  if (node.op === 'Pad') return pad(node, builder);
  return undefined;
};

/** A tensor as a transposed one, perhaps with all axes but the last merged, as normalisations look at images. */
interface View {
  readonly source: Value;
  readonly perm: readonly number[];
  /** The shape after the transpose. */
  readonly wide: readonly number[];
  /** The shape after the merge. */
  readonly narrow?: readonly number[];
}

function viewOf(value: Value | undefined): View | undefined {
  const plain = transposeOf(value);
  if (plain || value?.producer?.op !== 'Reshape' || value.shape.length !== 2) return plain;
  const inner = transposeOf(value.producer.inputs[0]);
  if (!inner || inner.wide.length < 3 || inner.wide.at(-1) !== value.shape[1]) return undefined;
  return { ...inner, narrow: value.shape };
}

function transposeOf(value: Value | undefined): View | undefined {
  const producer = value?.producer;
  if (!value || producer?.op !== 'Transpose') return undefined;
  const perm = producer.attributes['perm'] as readonly number[];
  return { source: producer.inputs[0] as Value, perm, wide: value.shape };
}

function sameView(a: View, b: View): boolean {
  return a.perm.join() === b.perm.join() && a.wide.join() === b.wide.join() && !a.narrow === !b.narrow;
}

/** The operator on what the view looks at, and the view of that. */
function applyThen(
  builder: GraphBuilder,
  node: Node,
  inputs: readonly (Value | undefined)[],
  view: View,
): Value {
  const [output] = node.outputs as [Value];
  const wide = view.narrow ? view.wide : output.shape;
  const shape = permute(wide, invertPermutation(view.perm));
  const [plain] = builder.add({ ...node, inputs, outputs: [{ shape, dtype: output.dtype }] });
  return reshape(builder, transpose(builder, plain as Value, view.perm), output.shape);
}

function transpose(builder: GraphBuilder, x: Value, perm: readonly number[]): Value {
  const outputs = [{ shape: permute(x.shape, perm), dtype: x.dtype }];
  return builder.add({ op: 'Transpose', inputs: [x], attributes: { perm }, outputs })[0] as Value;
}

function reshape(builder: GraphBuilder, x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  const inputs = [x, builder.numbers(shape, 'int64')];
  const outputs = [{ shape, dtype: x.dtype }];
  return builder.add({ op: 'Reshape', inputs, attributes: { allowzero: 1 }, outputs })[0] as Value;
}

function broadcast(node: Node, builder: GraphBuilder): readonly Value[] | undefined {
  const [output] = node.outputs as [Value];
  const count = elementCount(output.shape);
  const operands = node.inputs as readonly Value[];
  const view = operands
    .filter((value) => sameShape(value.shape, output.shape))
    .map(viewOf)
    .find((found) => found !== undefined);
  if (!view) return undefined;
  const inputs: Value[] = [];
  for (const value of operands) {
    const own = viewOf(value);
    if (own && sameView(view, own)) inputs.push(own.source);
    else if (elementCount(value.shape) * 4 > count && count > 64) return undefined;
    else inputs.push(permuted(builder, value, view));
  }
  return [applyThen(builder, node, inputs, view)];
}

/** A small operand as it broadcasts against what the view looks at. */
function permuted(builder: GraphBuilder, value: Value, { perm, wide, narrow }: View): Value {
  if (elementCount(value.shape) === 1 && value.constant) return { ...value, shape: [] };
  const rank = narrow?.length ?? wide.length;
  const padded = [...new Array<number>(rank - value.shape.length).fill(1), ...value.shape];
  const unmerged = narrow
    ? [...wide.slice(0, -1).map((extent) => (padded[0] === 1 ? 1 : extent)), padded[1] as number]
    : padded;
  return transpose(builder, reshape(builder, value, unmerged), invertPermutation(perm));
}

function reduction(node: Node, builder: GraphBuilder): readonly Value[] | undefined {
  const view = viewOf(node.inputs[0]);
  const axes = node.inputs[1]?.constant?.data;
  if (!view || !axes) return undefined;
  const { source, perm, wide, narrow } = view;
  const rank = narrow?.length ?? wide.length;
  const given = normalizeAxes(Array.from(axes as ArrayLike<number | bigint>, Number), rank);
  const unmerged = narrow
    ? given.flatMap((axis) => (axis === 0 ? wide.slice(1).map((_, i) => i) : [wide.length - 1]))
    : given;
  const over = normalizeAxes(
    unmerged.map((axis) => perm[axis] as number),
    perm.length,
  );
  const [output] = node.outputs as [Value];
  const inputs = [source, builder.numbers(over, 'int64')];
  // What remains keeps its own order, which the transpose had changed unless it is sorted.
  const rest = perm.filter((axis) => !over.includes(axis));
  const sorted = [...rest].sort((a, b) => a - b);
  const shape = sorted.map((axis) => source.shape[axis] as number);
  const outputs = [{ shape, dtype: output.dtype }];
  const [plain] = builder.add({ ...node, inputs, attributes: { ...node.attributes, keepdims: 0 }, outputs });
  const inOrder = rest.every((axis, i) => axis === sorted[i]);
  const result = inOrder
    ? (plain as Value)
    : transpose(
        builder,
        plain as Value,
        rest.map((axis) => sorted.indexOf(axis)),
      );
  return [reshape(builder, result, output.shape)];
}

function permutationOf(value: Value | undefined): readonly number[] | undefined {
  return transposeOf(value)?.perm;
}

function sourceOf(value: Value | undefined): Value {
  return value?.producer?.inputs[0] as Value;
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
  const { wide } = transposeOf(node.inputs[0]) as View;
  return [applyThen(builder, node, inputs, { source: inputs[0] as Value, perm, wide })];
}
