import { elementCount } from '../graph/element-type.js';
import type { Graph, Node } from '../graph/graph.js';

/** What decides which target runs a step faster. */
export interface StepCost {
  /** Multiplications and additions of its matrix products. */
  readonly productFlops: number;
  /** Whether it has convolutions. */
  readonly convolves: boolean;
}

/**
 * Product work up to which a step is faster as one WebAssembly module.
 *
 * ONNX Runtime does products of a step at some 50 GFLOP/s on a core with AVX2, a module with 128-bit vectors at some 35, and a
 * call of ONNX Runtime with the hundred nodes of a small step takes 100 to 200 us more than a call of a module. The two meet near
 * 16 million; docs/decisions/0011-which-target.md has the measurements.
 */
const WASM_FLOPS = 16e6;

/** Whether a step is faster as one WebAssembly module than on ONNX Runtime. */
export function fasterAsWasm({ productFlops, convolves }: StepCost): boolean {
  return !convolves && productFlops <= WASM_FLOPS;
}

/** The cost of a traced step. */
export function costOf({ nodes }: Graph): StepCost {
  return {
    productFlops: nodes.reduce((sum, node) => sum + productFlops(node), 0),
    convolves: nodes.some(({ op }) => /Conv\d?D|Conv2d/.test(op)),
  };
}

function productFlops({ op, inputs, attributes, outputs }: Node): number {
  if (op !== 'BatchMatMul' && op !== '_FusedMatMul') return 0;
  const { shape } = inputs[0]!;
  const inner = shape.at(attributes['transposeA'] === true ? -2 : -1) ?? 1;
  return 2 * inner * elementCount(outputs[0]!.shape);
}
