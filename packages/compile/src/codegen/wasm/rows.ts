import type { Graph, Node, Value } from '../../graph/graph.js';
import { elementCount, type TensorArray } from '../../graph/element-type.js';

/** Rows of a whole array that are copied into the step's memory before it runs. */
export interface RowsInput {
  /** The input that stands for the rows now. */
  readonly name: string;
  /** What is fed: the whole array, and the numbers of the rows. */
  readonly whole: string;
  readonly numbers: string;
  /** Elements of one row. */
  readonly row: number;
}

/**
 * Takes the gathering of rows out of a graph: data sets lie outside of WebAssembly's memory, and only the rows of a batch are
 * copied in.
 *
 * @param anyLength Inputs that rows are taken from.
 */
export function rowsOutside(
  graph: Graph,
  anyLength: ReadonlySet<string>,
): { graph: Graph; rows: ReadonlyMap<string, RowsInput> } {
  const rows = new Map<string, RowsInput>();
  if (anyLength.size === 0) return { graph, rows };
  const gone = new Set<Node>();
  const dropped = new Set<Value>();
  const inputs = [...graph.inputs];
  const nameOf = new Map(graph.inputs.map(({ name, value }) => [value, name]));
  const replaced = new Map<Value, Value>();
  for (const node of graph.nodes) {
    const [whole, numbers] = node.inputs;
    const name = whole && nameOf.get(whole);
    if (name === undefined || !anyLength.has(name) || node.op !== 'GatherV2') continue;
    const [output] = node.outputs as [Value];
    const taken = `taken/${name}`;
    const value: Value = { shape: output.shape, dtype: output.dtype, input: taken };
    gone.add(node);
    dropped.add(whole!).add(numbers!);
    inputs.push({ name: taken, value });
    replaced.set(output, value);
    const row = elementCount(output.shape.slice(1));
    rows.set(taken, { name: taken, whole: name, numbers: nameOf.get(numbers!)!, row });
  }
  const nodes: Node[] = [];
  const now = (value: Value | undefined): Value | undefined => value && (replaced.get(value) ?? value);
  for (const node of graph.nodes) {
    if (gone.has(node)) continue;
    const operands = node.inputs.map(now);
    if (operands.every((value, i) => value === node.inputs[i])) {
      nodes.push(node);
      continue;
    }
    const outputs: Value[] = [];
    const changed: Node = { ...node, inputs: operands, outputs };
    for (const old of node.outputs) {
      const twin: Value = { ...old, producer: changed };
      outputs.push(twin);
      replaced.set(old, twin);
    }
    nodes.push(changed);
  }
  return {
    graph: {
      inputs: inputs.filter(({ value }) => !dropped.has(value)),
      nodes,
      outputs: graph.outputs.map(({ name, value }) => ({ name, value: now(value)! })),
    },
    rows,
  };
}

/**
 * Copies rows of an array, one after the other.
 *
 * @param first The place in `numbers` of the first.
 * @param count How many; default: until the target is full.
 * @param start Where in the target.
 */
export function copyRows(
  from: TensorArray,
  numbers: ArrayLike<number>,
  row: number,
  to: TensorArray,
  first = 0,
  count = to.length / row,
  start = 0,
): void {
  const source = from as Float32Array;
  const target = to as Float32Array;
  if (row < 16) {
    for (let i = 0, at = start; i < count; i++) {
      const rowAt = numbers[first + i]! * row;
      for (let j = 0; j < row; j++) target[at++] = source[rowAt + j]!;
    }
    return;
  }
  for (let i = 0; i < count; i++) {
    const at = numbers[first + i]! * row;
    target.set(source.subarray(at, at + row), start + i * row);
  }
}
