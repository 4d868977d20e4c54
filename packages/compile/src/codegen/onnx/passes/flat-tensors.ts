import { GraphBuilder } from '../../../graph/builder.js';
import type { Graph, NamedValue, Value } from '../../../graph/graph.js';
import { replaceInputs } from '../../../graph/replace-values.js';
import { elementCount } from '../../../graph/element-type.js';

/** Several float32 inputs or outputs of a graph, one after the other in one flat tensor. */
export interface FlatTensor {
  readonly name: string;
  /** Their names, in the order they lie in. */
  readonly members: readonly string[];
}

/** Replaces inputs by one flat input that is split inside: passing a tensor costs more than copying a small one. */
export function flattenInputs(graph: Graph, { name, members }: FlatTensor): Graph {
  const values = members.map((member) => valueOf(graph.inputs, member));
  const builder = new GraphBuilder();
  builder.origin = 'state';
  const sizes = values.map(({ shape }) => elementCount(shape));
  const flat = builder.input(name, { shape: [sum(sizes)], dtype: 'float32' });
  const pieces = builder.add({
    op: 'Split',
    inputs: [flat, builder.numbers(sizes, 'int64')],
    attributes: { axis: 0 },
    outputs: sizes.map((size) => ({ shape: [size], dtype: 'float32' as const })),
  });
  const replaced = new Map(
    values.map((value, i) => [value, shaped(builder, pieces[i] as Value, value.shape)]),
  );
  return replaceInputs(graph, builder, replaced);
}

/** Replaces outputs by one flat output. */
export function flattenOutputs(graph: Graph, { name, members }: FlatTensor): Graph {
  const builder = new GraphBuilder();
  builder.origin = 'state';
  const flat = members.map((member) => {
    const value = valueOf(graph.outputs, member);
    return shaped(builder, value, [elementCount(value.shape)]);
  });
  const shape = [sum(flat.map((value) => value.shape[0] as number))];
  const [packed] = builder.add({
    op: 'Concat',
    inputs: flat,
    attributes: { axis: 0 },
    outputs: [{ shape, dtype: 'float32' }],
  });
  const outputs = graph.outputs.filter(({ name: other }) => !members.includes(other));
  return {
    inputs: graph.inputs,
    nodes: [...graph.nodes, ...builder.nodes],
    outputs: [...outputs, { name, value: packed as Value }],
  };
}

/** `name`, or one like it that no input or output of the graph has. */
export function freshName({ inputs, outputs }: Graph, name: string): string {
  const taken = new Set([...inputs, ...outputs].map((entry) => entry.name));
  let fresh = name;
  while (taken.has(fresh) || taken.has(`next/${fresh}`)) fresh = `${fresh}+`;
  return fresh;
}

function valueOf(list: readonly NamedValue[], name: string): Value {
  const found = list.find((entry) => entry.name === name);
  if (!found) throw new Error(`There is no input or output "${name}" to pack.`);
  return found.value;
}

function shaped(builder: GraphBuilder, value: Value, shape: readonly number[]): Value {
  if (value.shape.length === shape.length && value.shape.every((extent, i) => extent === shape[i]))
    return value;
  const target = builder.numbers(shape, 'int64');
  const outputs = [{ shape, dtype: value.dtype }];
  return builder.add({
    op: 'Reshape',
    inputs: [value, target],
    attributes: { allowzero: 1 },
    outputs,
  })[0] as Value;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
