import type { Graph, Node, Value } from '../graph/graph.js';
import { isSubgraph } from '../graph/graph.js';

/** Drops nodes that no output needs. */
export function deadCode(graph: Graph): Graph {
  const needed = new Set<Node>();
  const visit = (value: Value | undefined): void => {
    const pending = [value];
    while (pending.length > 0) {
      const node = pending.pop()?.producer;
      if (!node || needed.has(node)) continue;
      needed.add(node);
      pending.push(...node.inputs);
      for (const attribute of Object.values(node.attributes))
        if (isSubgraph(attribute)) for (const inner of attribute.graph.nodes) pending.push(...inner.inputs);
    }
  };
  for (const { value } of graph.outputs) visit(value);
  return { ...graph, nodes: graph.nodes.filter((node) => needed.has(node)) };
}
