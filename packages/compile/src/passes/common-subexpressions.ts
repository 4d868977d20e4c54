import { attributesText } from '../graph/attributes-text.js';
import type { Graph, Value } from '../graph/graph.js';
import { isSubgraph } from '../graph/graph.js';
import { rewrite } from '../graph/rewrite.js';

/** Computes once what is computed twice: same operator, attributes and operands; equal constants count as one operand. */
export function commonSubexpressions(graph: Graph): Graph {
  const ids = new Map<Value, number>();
  const constants = new Map<string, number>();
  let next = 0;
  const idOf = (value: Value | undefined): number => {
    if (!value) return -1;
    let id = ids.get(value);
    if (id !== undefined) return id;
    const data = value.constant?.data;
    if (data && data.length <= 64) {
      const key = `${value.dtype} ${value.shape.join()} ${Array.from(data as ArrayLike<number | bigint>, (x) => (Object.is(x, -0) ? '-0' : x)).join()}`;
      id = constants.get(key) ?? next++;
      constants.set(key, id);
    } else id = next++;
    ids.set(value, id);
    return id;
  };
  const seen = new Map<string, readonly Value[]>();
  return rewrite(graph, (node, { keep }) => {
    if (Object.values(node.attributes).some(isSubgraph)) return undefined;
    const operands = node.inputs.map(idOf);
    const key = `${node.domain ?? ''}.${node.op} ${attributesText(node.attributes)} ${operands.join()}`;
    const same = seen.get(key);
    if (same && same.length === node.outputs.length) return same;
    const outputs = keep();
    seen.set(key, outputs);
    return outputs;
  });
}
