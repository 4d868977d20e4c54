import { GraphBuilder } from '../../graph/builder.js';
import type { Graph, Node, Value } from '../../graph/graph.js';
import { rewrite } from '../../graph/rewrite.js';
import { elementwiseOf } from './elementwise.js';

/** The smallest normal float is 2 to this power, 1.2e-38. */
const NORMAL = -126;
/** Of weights, 7.9e-31: what an optimizer makes of them, their decay a thousandth of a thousandth, is a normal number still. */
const LEAST_WEIGHT = -100;

/** Which outputs of a graph become state. */
export interface Written {
  /** State entries by the name of the output that becomes their next value. */
  readonly writes: ReadonlyMap<string, string>;
  /** Those entries that are weights of a model. */
  readonly weights?: ReadonlySet<string> | undefined;
}

/**
 * Keeps numbers below the smallest normal float, 1.2e-38, out of a step's state: they become 0. So do squares that small which only the
 * next state is made of, and weights below 7.9e-31, where whatever is made of them comes to such numbers.
 *
 * What belongs to a unit that gets no gradient any more decays, and ends among these numbers for good: 0.999 times one of the
 * smallest is rounded to itself. Processors take a hundred cycles for each, so that such a network trains at half the speed.
 */
export function flushState(graph: Graph, { writes, weights }: Written): Graph {
  const updates = updatesOf(graph, writes);
  const flushed = (builder: GraphBuilder, value: Value, exponent: number, origin: string): Value =>
    builder.add({
      op: 'FlushSmall',
      inputs: [value],
      attributes: { exponent },
      outputs: [value],
      origin,
    })[0]!;
  const squares = rewrite(graph, (node, { builder }) => {
    const [x, other] = node.inputs;
    if (node.op !== 'Mul' || x !== other || x?.dtype !== 'float32' || !updates.has(node.outputs[0]!))
      return undefined;
    const factor = flushed(builder, x, NORMAL / 2, node.origin);
    return builder.add({ ...node, inputs: [factor, factor] });
  });
  const builder = new GraphBuilder();
  builder.inputs.push(...squares.inputs);
  builder.nodes.push(...squares.nodes);
  return builder.finish(
    squares.outputs.map(({ name, value }) => {
      const { producer, dtype } = value;
      const entry = writes.get(name);
      if (entry === undefined || dtype !== 'float32' || !elementwiseOf(producer)) return { name, value };
      const exponent = weights?.has(entry) ? LEAST_WEIGHT : NORMAL;
      return { name, value: flushed(builder, value, exponent, producer!.origin) };
    }),
  );
}

/** What nothing but the next state is made of, element by element. */
function updatesOf({ nodes, outputs }: Graph, writes: Written['writes']): Set<Value> {
  const others = new Set<Value>();
  for (const { name, value } of outputs) if (!writes.has(name)) others.add(value);
  const updates = new Set<Value>();
  const isUpdate = (node: Node): boolean =>
    elementwiseOf(node) !== undefined && node.outputs.every((value) => !others.has(value));
  for (const node of [...nodes].reverse()) {
    if (isUpdate(node)) for (const value of node.outputs) updates.add(value);
    else for (const value of node.inputs) if (value) others.add(value);
  }
  return updates;
}
