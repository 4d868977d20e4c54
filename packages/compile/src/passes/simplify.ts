import type { Graph } from '../graph/graph.js';
import { commonSubexpressions } from './common-subexpressions.js';
import { deadCode } from './dead-code.js';

/** All passes over a graph of ONNX operators, in the order that serves them. */
export function simplify(graph: Graph): Graph {
  return deadCode(commonSubexpressions(deadCode(graph)));
}
