import type { GraphBuilder } from './builder.js';
import type { Graph, Node, Value } from './graph.js';

/**
 * Puts other values in the place of inputs.
 *
 * @param builder Holds the new inputs, and the nodes that make the replacements of them; they come first.
 * @param replaced What stands for each input that goes.
 */
export function replaceInputs(
  graph: Graph,
  builder: GraphBuilder,
  replaced: ReadonlyMap<Value, Value>,
): Graph {
  const now = new Map(replaced);
  const nodes = graph.nodes.map((node) => substituted(node, now));
  return {
    inputs: [...graph.inputs.filter(({ value }) => !replaced.has(value)), ...builder.inputs],
    nodes: [...builder.nodes, ...nodes],
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: now.get(value) ?? value })),
  };
}

/** A node with other operands; its outputs are new then, and are noted. */
function substituted(node: Node, replaced: Map<Value, Value>): Node {
  const inputs = node.inputs.map((value) => value && (replaced.get(value) ?? value));
  if (inputs.every((value, i) => value === node.inputs[i])) return node;
  const outputs: Value[] = [];
  const changed: Node = { ...node, inputs, outputs };
  for (const value of node.outputs) {
    const twin: Value = { ...value, producer: changed };
    outputs.push(twin);
    replaced.set(value, twin);
  }
  return changed;
}
