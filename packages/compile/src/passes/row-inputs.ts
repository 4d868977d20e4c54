import type { HostArray } from '@espalier/core';
import { GraphBuilder } from '../graph/builder.js';
import { elementCount } from '../graph/element-type.js';
import type { Graph, Value } from '../graph/graph.js';
import { replaceInputs } from '../graph/replace-values.js';
import type { Runtime, RuntimeOptions, RuntimeTensor } from '../codegen/onnx/runtime/runtime-types.js';

/** Inputs that are fed as a whole array and the numbers of its rows: by path, how many rows the whole has. */
export type RowInputs = ReadonlyMap<string, number>;

/** Whether a runtime reads whole arrays where they are; others would copy them in each step. */
export function readsInPlace(runtime: Runtime, { device = 'cpu' }: RuntimeOptions): boolean {
  return runtime.name === 'onnxruntime-node' && device === 'cpu';
}

/** The whole that an array is rows of, where its memory is what the graph reads. */
export function wholeOf({ rows, dtype }: HostArray): HostArray | undefined {
  if (!rows) return undefined;
  const { data, scale = 1, offset = 0 } = rows.of;
  if (data instanceof Uint8Array) return dtype === 'float32' ? rows.of : undefined;
  const asItIs = data instanceof Float32Array ? scale === 1 && offset === 0 : true;
  return asItIs && data instanceof Float32Array === (dtype === 'float32') ? rows.of : undefined;
}

/**
 * Makes inputs of a graph take a whole array `[N, ...]`, N left open, and the numbers of the rows in `rows/<input>`: a batch
 * is then gathered inside, and nothing is copied for it in JavaScript.
 *
 * @param rows By input name; the inputs have the batch on their first axis, or are flat.
 * @param batch Rows in a batch.
 */
export function takeRows(graph: Graph, rows: RowInputs, batch: number): Graph {
  const builder = new GraphBuilder();
  builder.origin = 'data';
  const replaced = new Map<Value, Value>();
  for (const { name, value } of graph.inputs) {
    const total = rows.get(name);
    if (total === undefined) continue;
    const { dtype, shape } = value;
    const row = elementCount(shape) / batch;
    const whole = builder.input(name, { shape: [total, row], dtype });
    const numbers = builder.input(`rows/${name}`, { shape: [batch], dtype: 'int32' });
    const [taken] = builder.add({
      op: 'Gather',
      inputs: [whole, numbers],
      attributes: { axis: 0 },
      outputs: [{ shape: [batch, row], dtype }],
    });
    const [shaped] = builder.add({
      op: 'Reshape',
      inputs: [taken, builder.numbers(shape, 'int64')],
      attributes: { allowzero: 1 },
      outputs: [value],
    });
    replaced.set(value, shaped as Value);
  }
  return replaceInputs(graph, builder, replaced);
}

const wholes = new WeakMap<HostArray, RuntimeTensor>();

/** A whole array as the runtime takes it: the same memory, for as long as that lives. */
export function wholeTensor(runtime: Runtime, dtype: string, whole: HostArray): RuntimeTensor {
  let tensor = wholes.get(whole);
  if (!tensor) {
    const { data, shape } = whole;
    const rows = shape[0]!;
    wholes.set(whole, (tensor = new runtime.Tensor(dtype, data, [rows, data.length / rows])));
  }
  return tensor;
}
