import type { Tensor } from '@tensorflow/tfjs-core';
import type { HostTensor } from '@espalier/compile';
import { onnxGraph } from '../src/codegen/onnx/onnx-graph.js';
import type { FunctionBuilder } from '../src/codegen/wasm/function-builder.js';
import { ModuleBuilder } from '../src/codegen/wasm/module-builder.js';
import { compileModule } from '../src/codegen/wasm/step-module.js';
import type { StepModule } from '../src/codegen/wasm/step-module.js';
import { readNumbers, writeNumbers } from '../src/codegen/wasm/tensor-memory.js';
import { elementCount, type TensorArray } from '../src/graph/element-type.js';
import type { Graph } from '../src/graph/graph.js';
import { simplify } from '../src/passes/simplify.js';
import { trace } from '../src/trace/trace.js';
import type { Op } from './agree.js';

/** A module with its memory, ready to be called. */
export function instantiate(module: StepModule): { memory: WebAssembly.Memory; step: () => void } {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(module.end / 65536) });
  for (const { data, ...place } of module.constants) writeNumbers(memory, place, data);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes), { env: { memory } });
  return { memory, step: exports['step'] as () => void };
}

/** One function with a memory of its own. */
export function instantiateFunction(
  fn: FunctionBuilder,
  bytes: number,
): { memory: WebAssembly.Memory; step: () => void } {
  const module = new ModuleBuilder();
  module.add(fn, 'step');
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
  return { memory, step: exports['step'] as () => void };
}

/** A traced op as a graph of operators, its inputs named by their numbers. */
export function graphOfOp(op: Op, inputs: readonly Tensor[]): Graph {
  const specs = inputs.map(({ shape, dtype }, i) => ({ name: `${i}`, shape, dtype: dtype as 'float32' }));
  const traced = trace(specs, (tensors) => {
    const result = op(...tensors);
    const list = Array.isArray(result) ? result : [result];
    return Object.fromEntries(list.map((tensor, i) => [`${i}`, tensor]));
  });
  return onnxGraph(simplify(traced));
}

/** Runs a graph in WebAssembly. */
export function runModule(graph: Graph, inputs: readonly TensorArray[]): HostTensor[] {
  const module = compileModule(graph);
  const { memory, step } = instantiate(module);
  inputs.forEach((data, i) => {
    const place = module.inputs.get(`${i}`);
    if (place) writeNumbers(memory, place, data);
  });
  step();
  return graph.outputs.map(({ name, value }) => ({
    data: readNumbers(memory, module.outputs.get(name)!, elementCount(value.shape)),
    shape: value.shape,
    dtype: value.dtype as 'float32',
  }));
}

/** Runs `op` compiled to WebAssembly. */
export function wasmResult(op: Op, inputs: readonly Tensor[]): HostTensor[] {
  return runModule(
    graphOfOp(op, inputs),
    inputs.map((tensor) => tensor.dataSync() as TensorArray),
  );
}
