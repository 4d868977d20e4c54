import { GraphBuilder } from '../../../graph/builder.js';
import type { ElementType } from '../../../graph/element-type.js';
import { type Graph, isSubgraph, type NamedValue, type Node, type Value } from '../../../graph/graph.js';
import { replaceInputs } from '../../../graph/replace-values.js';
import { deadCode } from '../../../passes/dead-code.js';
import { dropUnusedInputs } from '../../../passes/unused-inputs.js';
import { elementwiseOf } from '../../wasm/elementwise.js';

/** A step in two graphs, run one after the other. */
export interface SplitUpdates {
  /** Everything whose time is in products and reductions: it makes the results, and what the updates need. */
  readonly head: Graph;
  /** What is computed element by element of the next state, such as an optimizer's update. */
  readonly updates: Graph;
  /** Outputs of `head` that are inputs of `updates`, under the same name. */
  readonly cuts: readonly string[];
}

/** Types that both engines keep alike. */
const shared: readonly ElementType[] = ['float32', 'int32'];
/** Types that elementwise work of the updates may be in; truths are handed over as whole numbers. */
const moved: readonly ElementType[] = [...shared, 'bool'];

/**
 * Cuts a graph of ONNX operators where its next state is only a matter of elementwise work any more: behind the gradients, for
 * most optimizers.
 *
 * @param writes Outputs that are the next state.
 */
export function splitUpdates(graph: Graph, writes: { has(output: string): boolean }): SplitUpdates {
  const written = graph.outputs.filter(({ name }) => writes.has(name));
  const results = graph.outputs.filter(({ name }) => !writes.has(name));
  const late = updateNodes(graph, new Set(results.map(({ value }) => value)));
  const inputs = new Set(graph.inputs.map(({ value }) => value));

  const head = new GraphBuilder();
  head.origin = 'state';
  const tail = new GraphBuilder();
  tail.origin = 'state';
  const cuts: NamedValue[] = [];
  const replaced = new Map<Value, Value>();
  const cut = (value: Value | undefined): void => {
    if (!value || value.constant || inputs.has(value) || replaced.has(value)) return;
    if (value.producer && late.has(value.producer)) return;
    const name = `cut/${cuts.length}`;
    const given = moving(value, 'int32', head);
    cuts.push({ name, value: given });
    const taken = tail.input(name, given);
    replaced.set(value, taken.dtype === value.dtype ? taken : cast(taken, value.dtype, tail));
  };
  for (const node of late) node.inputs.forEach(cut);
  for (const { value } of written) cut(value);

  const early = graph.nodes.filter((node) => !late.has(node));
  const updates = { inputs: graph.inputs, nodes: [...late], outputs: written };
  return {
    head: dropUnusedInputs(
      deadCode({ ...graph, nodes: [...early, ...head.nodes], outputs: [...results, ...cuts] }),
    ),
    updates: dropUnusedInputs(replaceInputs(updates, tail, replaced)),
    cuts: cuts.map(({ name }) => name),
  };
}

/** Elementwise nodes that nothing but the next state needs, in order. */
function updateNodes({ nodes }: Graph, results: ReadonlySet<Value>): Set<Node> {
  const early = new Set(results);
  const late: Node[] = [];
  for (const node of [...nodes].reverse()) {
    const moves =
      elementwiseOf(node) !== undefined &&
      node.outputs.every((value) => !early.has(value) && moved.includes(value.dtype)) &&
      node.inputs.every((value) => !value || value.constant || moved.includes(value.dtype));
    if (moves) late.push(node);
    else for (const value of operandsOf(node)) early.add(value);
  }
  return new Set(late.reverse());
}

/** What a node reads, inside of its subgraphs too. */
function operandsOf({ inputs, attributes }: Node): Value[] {
  const inside = Object.values(attributes).flatMap((attribute) =>
    isSubgraph(attribute) ? attribute.graph.nodes.flatMap(operandsOf) : [],
  );
  return [...inputs.filter((value) => value !== undefined), ...inside];
}

function moving(value: Value, instead: ElementType, builder: GraphBuilder): Value {
  return shared.includes(value.dtype) ? value : cast(value, instead, builder);
}

function cast(value: Value, to: ElementType, builder: GraphBuilder): Value {
  const outputs = [{ shape: value.shape, dtype: to }];
  return builder.add({ op: 'Cast', inputs: [value], attributes: { to }, outputs })[0]!;
}
