import type { Graph, Node, Value } from '../graph/graph.js';
import { rewrite } from '../graph/rewrite.js';

/** Rows that an input may name. */
export interface IndexBound {
  /** Indices are whole numbers from 0 to one below this. */
  readonly rows: number;
  /** Who looks them up, e.g. `layer words`; empty where nobody is known. */
  readonly origin: string;
}

/** A graph whose look-ups say whether their indices have been checked before. */
export interface BoundedGraph {
  readonly graph: Graph;
  /** What whoever feeds the graph has to check, by input name. */
  readonly bounds: ReadonlyMap<string, IndexBound>;
}

/**
 * Finds inputs that are row numbers of a table, as those of an embedding are: numbers outside it can be refused before the
 * step, on every engine and device. Their look-ups get the attribute `checked`; those of computed indices do not.
 *
 * @param isFed Tells inputs that are fed from those that are state.
 * @param trusted Inputs that are right by how they are made.
 */
export function indexBounds(
  graph: Graph,
  isFed: (input: string) => boolean,
  trusted: ReadonlySet<string> = new Set(),
): BoundedGraph {
  const bounds = new Map<string, IndexBound>();
  const marked = rewrite(graph, (node, { builder }) => {
    const indices = indicesOf(node);
    const input = indices && fedAs(indices);
    if (input === undefined || !isFed(input)) return undefined;
    if (node.op === 'GatherV2') {
      const rows = rowsOf(node);
      if (!trusted.has(input) && rows < (bounds.get(input)?.rows ?? Infinity))
        bounds.set(input, { rows, origin: node.origin });
    } else if (!((bounds.get(input)?.rows ?? Infinity) <= Number(node.attributes['numSegments'])))
      return undefined;
    const attributes = { ...node.attributes, checked: true };
    return builder.add({ ...node, attributes, outputs: node.outputs });
  });
  return { graph: marked, bounds };
}

/** The row numbers of a look-up, or of its gradient. */
function indicesOf(node: Node): Value | undefined {
  if (node.op === 'GatherV2') return operand(node, 'indices');
  return node.op === 'UnsortedSegmentSum' ? operand(node, 'segmentIds') : undefined;
}

/** The input whose numbers a value holds, in whatever shape and type. */
function fedAs(value: Value): string | undefined {
  let now = value;
  while (now.input === undefined) {
    const { producer } = now;
    if (!producer) return undefined;
    if (['Cast', 'Reshape', 'ExpandDims', 'Identity', 'Transpose'].includes(producer.op))
      now = producer.inputs[0] as Value;
    // Rows of a whole that is fed: what holds for all of it holds for them.
    else if (producer.op === 'GatherV2') now = operand(producer, 'x');
    else return undefined;
  }
  return now.input;
}

function rowsOf(node: Node): number {
  const { shape } = operand(node, 'x');
  const axis = Number(node.attributes['axis'] ?? 0);
  return shape[axis < 0 ? axis + shape.length : axis] as number;
}

function operand({ inputs, inputNames = [] }: Node, name: string): Value {
  return inputs[inputNames.indexOf(name)] as Value;
}
