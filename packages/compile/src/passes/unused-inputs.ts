import type { Graph, Value } from '../graph/graph.js';
import { isSubgraph } from '../graph/graph.js';

/** Drops inputs that nothing uses, so that nobody has to feed them. */
export function dropUnusedInputs(graph: Graph): Graph {
  const used = new Set<Value>(graph.outputs.map(({ value }) => value));
  const visit = ({ nodes }: Graph): void => {
    for (const node of nodes) {
      for (const value of node.inputs) if (value) used.add(value);
      for (const attribute of Object.values(node.attributes))
        if (isSubgraph(attribute)) visit(attribute.graph);
    }
  };
  visit(graph);
  return { ...graph, inputs: graph.inputs.filter(({ value }) => used.has(value)) };
}
