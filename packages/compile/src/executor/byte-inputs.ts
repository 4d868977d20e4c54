import type { HostArray } from '@espalier/core';
import { GraphBuilder } from '../graph/builder.js';
import type { Attributes, Graph, NamedValue, Node, Value } from '../graph/graph.js';

/** How the bytes of an input become numbers: `byte * scale + offset`. */
export interface ByteInput {
  readonly scale: number;
  readonly offset: number;
}

/** How an array is fed as bytes; `undefined` where it is fed as it is. */
export function byteInputOf({ data, dtype, scale = 1, offset = 0 }: HostArray): ByteInput | undefined {
  return data instanceof Uint8Array && dtype === 'float32' ? { scale, offset } : undefined;
}

/**
 * Makes inputs of a graph of ONNX operators take bytes and turns them into numbers inside: a quarter of the memory is
 * moved. The last step before a graph is written.
 */
export function takeBytes(graph: Graph, bytes: ReadonlyMap<string, ByteInput>): Graph {
  const { scalar } = new GraphBuilder();
  const nodes: Node[] = [];
  const inputs = graph.inputs.map((input): NamedValue => {
    const byte = bytes.get(input.name);
    if (!byte) return input;
    const { shape } = input.value;
    const fed: Value = { shape, dtype: 'uint8', input: input.name };
    const steps: [string, Value[], Attributes][] = [['Cast', [], { to: 'float32' }]];
    if (byte.scale !== 1) steps.push(['Mul', [scalar(byte.scale)], {}]);
    if (byte.offset !== 0) steps.push(['Add', [scalar(byte.offset)], {}]);
    let now = fed;
    steps.forEach(([op, operands, attributes], i) => {
      // The last one makes the very value that the rest of the graph reads.
      const output: Value = i === steps.length - 1 ? input.value : { shape, dtype: 'float32' };
      nodes.push({ op, inputs: [now, ...operands], attributes, outputs: [output], origin: 'data' });
      now = output;
    });
    return { name: input.name, value: fed };
  });
  return { ...graph, inputs, nodes: [...nodes, ...graph.nodes] };
}
