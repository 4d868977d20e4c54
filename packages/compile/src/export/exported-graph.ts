import { onnxGraph } from '../codegen/onnx/onnx-graph.js';
import type { Graph } from '../graph/graph.js';
import { indexBounds } from '../passes/index-bounds.js';
import { simplify } from '../passes/simplify.js';

/** A traced graph in ONNX operators as a file holds it. Whoever runs it keeps to the rows of its tables: they are not checked inside. */
export function exportedGraph(traced: Graph): Graph {
  return onnxGraph(indexBounds(simplify(traced), () => true).graph);
}
