import type { Graph } from '../../../graph/graph.js';
import type { RewriteRule } from '../../../graph/rewrite.js';
import { rewrite } from '../../../graph/rewrite.js';
import { broadcasts } from './broadcasts.js';
import { commonSubexpressions } from '../../../passes/common-subexpressions.js';
import { convBias } from './conv-bias.js';
import { deadCode } from '../../../passes/dead-code.js';
import { flatProducts } from './flat-products.js';
import { foldConstants } from './fold-constants.js';
import { gemm } from './gemm.js';
import { identities } from './identities.js';
import { layout } from './layout.js';
import { reshapes } from './reshapes.js';

const rules: readonly RewriteRule[] = [
  foldConstants,
  identities,
  reshapes,
  broadcasts,
  layout,
  flatProducts,
  gemm,
  convBias,
];

/** The first rule that has something to say about a node. */
const anyRule: RewriteRule = (node, context) => {
  for (const rule of rules) {
    const outputs = rule(node, context);
    if (outputs) return outputs;
  }
  return undefined;
};

/** Rounds after which it is enough: each moves what is left by at least one node. */
const mostRounds = 40;

/** All passes over a graph of ONNX operators, until they find nothing more to do. */
export function simplifyOperators(graph: Graph): Graph {
  let now = commonSubexpressions(deadCode(graph));
  for (let round = 0; round < mostRounds; round++) {
    let changed = false;
    const next = rewrite(now, (node, context) => {
      const outputs = anyRule(node, context);
      if (outputs) changed = true;
      return outputs;
    });
    if (!changed) break;
    now = commonSubexpressions(deadCode(next));
  }
  return now;
}
