import type { HostArray } from '@espalier/core';
import { GraphBuilder } from '../graph/builder.js';
import type { Spec } from '../graph/builder.js';
import { elementCount } from '../graph/element-type.js';
import type { Attributes, Graph, Value } from '../graph/graph.js';
import { replaceInputs } from '../graph/replace-values.js';

/** How the bytes of an input become numbers: `byte * scale + offset`. */
export interface ByteInput {
  readonly scale: number;
  readonly offset: number;
}

/** How an array is fed as bytes; `undefined` where it is fed as it is. */
export function byteInputOf(array: HostArray): ByteInput | undefined {
  // What is asked for rows is asked of the whole: their data need not be copied for that.
  const { data, dtype, scale = 1, offset = 0 } = array.rows?.of ?? array;
  return data instanceof Uint8Array && dtype === 'float32' ? { scale, offset } : undefined;
}

/**
 * Makes inputs of a graph of ONNX operators take bytes, in one flat row, and turns them into numbers inside: a quarter of the
 * memory is moved.
 */
export function takeBytes(graph: Graph, bytes: ReadonlyMap<string, ByteInput>): Graph {
  const builder = new GraphBuilder();
  builder.origin = 'data';
  const replaced = new Map<Value, Value>();
  for (const { name, value } of graph.inputs) {
    const byte = bytes.get(name);
    if (!byte) continue;
    const row = { shape: [elementCount(value.shape)], dtype: 'float32' } as const;
    const step = (
      op: string,
      inputs: readonly Value[],
      attributes: Attributes = {},
      output: Spec = row,
    ): Value => builder.add({ op, inputs, attributes, outputs: [output] })[0] as Value;
    let now = step('Cast', [builder.input(name, { shape: row.shape, dtype: 'uint8' })], { to: 'float32' });
    if (byte.scale !== 1) now = step('Mul', [now, builder.scalar(byte.scale)]);
    if (byte.offset !== 0) now = step('Add', [now, builder.scalar(byte.offset)]);
    // Last, for ONNX Runtime takes its time over scalars and shapes that end in 1.
    replaced.set(
      value,
      step('Reshape', [now, builder.numbers(value.shape, 'int64')], { allowzero: 1 }, value),
    );
  }
  return replaceInputs(graph, builder, replaced);
}
