import type { Graph } from '../../graph/graph.js';
import { rewrite, type RewriteRule } from '../../graph/rewrite.js';
import { OnnxBuilder } from '../onnx/onnx-builder.js';
import { commonSubexpressions } from '../../passes/common-subexpressions.js';
import { deadCode } from '../../passes/dead-code.js';
import { groupedConvolution, padded, separateBias, transposedConvolution } from './forms/convolution.js';
import type { Form } from './forms/form.js';
import { averagePool, maxPool } from './forms/pooling.js';
import { smallProduct, splitBias } from './forms/product.js';
import { logSoftmax, softmax } from './forms/softmax.js';

const forms: Readonly<Record<string, readonly Form[]>> = {
  AveragePool: [averagePool],
  Conv: [separateBias, groupedConvolution, padded],
  ConvTranspose: [transposedConvolution],
  Gemm: [splitBias, smallProduct],
  LogSoftmax: [logSoftmax],
  MaxPool: [maxPool],
  Softmax: [softmax],
};

const simpler: RewriteRule = (node, { builder }) => {
  for (const form of forms[node.op] ?? []) {
    const outputs = form(node, new OnnxBuilder(builder));
    if (outputs) return outputs;
  }
  return undefined;
};

/** Writes what the generator has no loops for in operators that it has. */
export function prepare(graph: Graph): Graph {
  let now = graph;
  // A form may be written in operators that have forms themselves.
  for (let round = 0; round < 4; round++) now = rewrite(now, simpler);
  return deadCode(commonSubexpressions(now));
}
