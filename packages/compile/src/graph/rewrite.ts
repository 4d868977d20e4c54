import { GraphBuilder } from './builder.js';
import type { Graph, Node, Value } from './graph.js';

/** What a rule sees besides the node. */
export interface RewriteContext {
  /** Takes new nodes; they come before everything that follows the rewritten node. */
  readonly builder: GraphBuilder;
  /** Takes the node over as it is, and gives its outputs in the new graph. */
  keep(): readonly Value[];
  /** How often the source graph reads the value that `value` stands for, graph outputs included. */
  uses(value: Value): number;
}

/**
 * Replaces the outputs of a node, or keeps the node when it returns nothing. The node's operands are values of the new
 * graph already, so a rule may look at their producers.
 */
export type RewriteRule = (node: Node, context: RewriteContext) => readonly Value[] | undefined;

/** Builds a new graph by offering every node, in order, to a rule. */
export function rewrite(graph: Graph, rule: RewriteRule): Graph {
  const builder = new GraphBuilder();
  const replaced = new Map<Value, Value>();
  const useCounts = new Map(countUses(graph));
  // Inputs keep their identity: they are the frame of the graph.
  builder.inputs.push(...graph.inputs);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((value) => value && (replaced.get(value) ?? value));
    const changed = inputs.some((value, i) => value !== node.inputs[i]);
    const seen: Node = changed ? { ...node, inputs } : node;
    let kept: readonly Value[] | undefined;
    const keep = (): readonly Value[] => {
      if (!kept && changed) kept = builder.add({ ...seen, outputs: node.outputs });
      else if (!kept) {
        builder.nodes.push(node);
        kept = node.outputs;
      }
      return kept;
    };
    builder.origin = node.origin;
    const results = rule(seen, { builder, keep, uses: (value) => useCounts.get(value) ?? 0 }) ?? keep();
    node.outputs.forEach((old, i) => {
      const value = results[i];
      if (value === undefined || value === old) return;
      replaced.set(old, value);
      useCounts.set(value, (useCounts.get(value) ?? 0) + (useCounts.get(old) ?? 0));
    });
  }
  return builder.finish(
    graph.outputs.map(({ name, value }) => ({ name, value: replaced.get(value) ?? value })),
  );
}

/** How often each value is read, graph outputs included. */
export function countUses(graph: Graph): Map<Value, number> {
  const counts = new Map<Value, number>();
  const count = (value: Value): void => void counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const node of graph.nodes) for (const value of node.inputs) if (value) count(value);
  for (const { value } of graph.outputs) count(value);
  return counts;
}
