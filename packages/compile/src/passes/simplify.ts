import type { Graph } from '../graph/graph.js';
import { rewrite } from '../graph/rewrite.js';
import { commonSubexpressions } from './common-subexpressions.js';
import { deadCode } from './dead-code.js';
import { reluPool } from './relu-pool.js';

/** The passes over a graph of TensorFlow.js kernels that help every code generator. */
export function simplify(graph: Graph): Graph {
  return deadCode(commonSubexpressions(rewrite(graph, reluPool)));
}
