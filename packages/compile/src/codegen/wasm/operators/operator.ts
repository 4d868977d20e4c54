import { elementCount } from '../../../graph/element-type.js';
import type { Node, Value } from '../../../graph/graph.js';
import type { Planner } from '../planner.js';

/** How an operator becomes kernels, or a view of what is there. */
export type Operator = (node: Node, planner: Planner) => void;

/** The first result of a node. */
export const output = (node: Node): Value => node.outputs[0]!;

/** The numbers of a constant operand. */
export function numbersOf(node: Node, operand: number): number[] {
  const value = node.inputs[operand];
  if (!value?.constant) throw new Error(`operand ${operand} is not known when it is compiled`);
  const { data } = value.constant;
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  return data.length === 1 ? new Array<number>(elementCount(value.shape)).fill(numbers[0]!) : numbers;
}
