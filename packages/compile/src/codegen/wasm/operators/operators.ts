import { EspalierError } from '@espalier/core';
import type { Node } from '../../../graph/graph.js';
import { elementwiseOf } from '../elementwise.js';
import type { Planner } from '../planner.js';
import { arrayOperators } from './arrays.js';
import { indexingOperators } from './indexing.js';
import { output, type Operator } from './operator.js';
import { productOperators } from './products.js';
import { reductionOperators } from './reductions.js';

/** All operators that are not elementwise. */
const operators: Readonly<Record<string, Operator>> = {
  ...arrayOperators,
  ...indexingOperators,
  ...productOperators,
  ...reductionOperators,
};

/**
 * Adds the kernels of a node.
 *
 * @throws EspalierError `unsupported-op` for an operator without a WebAssembly form.
 */
export function addNode(node: Node, planner: Planner): void {
  try {
    if (elementwiseOf(node)) {
      if (!planner.isInlined(output(node))) planner.fuse(node);
      return;
    }
    const operator = Object.hasOwn(operators, node.op) ? operators[node.op] : undefined;
    if (!operator) throw new Error('there is no WebAssembly form of it');
    operator(node, planner);
  } catch (cause) {
    const at = node.origin === '' ? '' : ` in ${node.origin}`;
    throw new EspalierError({
      code: 'unsupported-op',
      scope: 'compile',
      message: `Operator ${node.op}${at} cannot be compiled to WebAssembly: ${(cause as Error).message}. Use compiled({ target: 'onnx' }) or eager().`,
      cause,
    });
  }
}
