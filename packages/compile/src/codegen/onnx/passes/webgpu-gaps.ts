import type { Graph, Node } from '../../../graph/graph.js';

/**
 * Nodes that ONNX Runtime's WebGPU provider runs wrongly or not at all (seen in 1.30), and that its CPU kernels have to run:
 *
 * - max pooling that gives indices: "The Indices output is not supported yet";
 * - a convolution whose filter is as large as its input, or 1x1, with padding at the end only: it is taken for one matrix
 *   product, and the padding is forgotten.
 *
 * What the provider knows that it lacks goes to the CPU by itself.
 */
export function webGpuGaps(graph: Graph): Node[] {
  return graph.nodes.filter((node) =>
    node.op === 'MaxPool' ? node.outputs.length > 1 : node.op === 'Conv' && forgetsPadding(node),
  );
}

function forgetsPadding({ inputs, attributes }: Node): boolean {
  const [, , rows, columns] = inputs[0]!.shape;
  const [, , filterRows, filterColumns] = inputs[1]!.shape;
  const [top, left, bottom, right] = attributes['pads'] as number[];
  if (top !== 0 || left !== 0 || bottom! + right! === 0) return false;
  return (rows === filterRows && columns === filterColumns) || (filterRows === 1 && filterColumns === 1);
}
