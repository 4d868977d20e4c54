import { EspalierError } from '@espalier/core';
import { attributesText } from '../graph/attributes-text.js';
import type { Graph, Node, Value } from '../graph/graph.js';

/**
 * A graph for any batch size, from the graphs of one function at two batch sizes.
 *
 * Where the two differ in a number, it depends on the batch: the target shape of a Reshape takes -1 there; anywhere else it is an
 * error.
 *
 * @throws EspalierError `unsupported-op` naming the operator whose constant depends on the batch.
 */
export function openBatchAxis(first: Graph, second: Graph): Graph {
  if (first.nodes.length !== second.nodes.length) throw dependent(undefined);
  const nodes = first.nodes.map((node, i) => {
    const twin = second.nodes[i]!;
    if (node.op !== twin.op || node.inputs.length !== twin.inputs.length) throw dependent(node);
    if (attributesText(node.attributes) !== attributesText(twin.attributes)) throw dependent(node);
    const inputs = node.inputs.map((value, j) => openConstant(node, value, twin.inputs[j], j));
    return inputs.some((value, j) => value !== node.inputs[j]) ? { ...node, inputs } : node;
  });
  return { ...first, nodes };
}

function openConstant(
  node: Node,
  value: Value | undefined,
  twin: Value | undefined,
  place: number,
): Value | undefined {
  if (!value?.constant) return value;
  if (!twin?.constant) throw dependent(node);
  const [data, other] = [spread(value), spread(twin)];
  if (data.length !== other.length || value.shape.join() !== twin.shape.join()) throw dependent(node);
  const differing = data.map((_, i) => i).filter((i) => !Object.is(data[i], other[i]));
  if (differing.length === 0) return value;
  if (node.op !== 'Reshape' || place !== 1 || differing.length > 1) throw dependent(node);
  const shape = BigInt64Array.from(data as bigint[]);
  shape[differing[0]!] = -1n;
  return { ...value, constant: { data: shape } };
}

/** All elements of a constant, which may be stored as one for all. */
function spread({ constant, shape }: Value): (number | bigint)[] {
  const data = Array.from(constant!.data as ArrayLike<number | bigint>);
  const count = shape.reduce((product, extent) => product * extent, 1);
  // Large constants that hold one number everywhere differ in their shape already.
  return data.length === 1 && count < 64 ? new Array<number | bigint>(count).fill(data[0]!) : data;
}

function dependent(node: Node | undefined): EspalierError {
  const at = node ? `${node.op}${node.origin === '' ? '' : ` (${node.origin})`}` : 'the model';
  return new EspalierError({
    code: 'unsupported-op',
    scope: 'export-onnx',
    message: `${at} depends on the batch size, so the file would work for one size only; take that layer out of the model.`,
  });
}
