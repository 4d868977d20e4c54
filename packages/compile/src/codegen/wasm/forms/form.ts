import type { Node, Value } from '../../../graph/graph.js';
import type { OnnxBuilder } from '../../onnx/onnx-builder.js';

/** An operator written in simpler ones; `undefined` where it stays as it is. */
export type Form = (node: Node, onnx: OnnxBuilder) => readonly Value[] | undefined;
