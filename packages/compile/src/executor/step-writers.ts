import { type HostArray, stream } from '@espalier/core';
import { STATES, streamStates, unknownScalar } from '@espalier/core/internal';
import { copyRows } from '../codegen/wasm/rows.js';
import type { WrittenInput } from '../compiled-graph/code-generator.js';
import type { CompiledGraph } from '../compiled-graph/compiled-graph.js';
import type { InputEncodings } from '../passes/encode-inputs.js';
import { parted, type StepArguments } from './step-feeds.js';

/** Writes one input of a step; `batch` is the number of the step's batch among those that lie together. */
type Writer = (given: StepArguments, batch: number) => void;

/** Writes all inputs of bound code, in place: nothing is made for a step. */
export function stepWriters(
  graph: CompiledGraph,
  inputs: readonly WrittenInput[],
  encodings: InputEncodings,
): readonly Writer[] {
  return inputs.map((input) => {
    const [group, name] = parted(input.name);
    if (group === 'scalar') return scalarWriter(input, name);
    if (group === 'random') return randomWriter(input, name);
    const inBytes = encodings.get(input.name)?.bytes !== undefined;
    const write = input.row === undefined ? elementsWriter(input, inBytes) : rowsWriter(input, input.row);
    return ({ batch }, at) => {
      const array = batch[group as 'inputs' | 'targets' | 'weights']![name]!;
      graph.checkInput(input.name, write(array, at));
    };
  });
}

function scalarWriter(input: WrittenInput, name: string): Writer {
  return ({ inputs: { scalars } }) => {
    const number = scalars[name];
    if (typeof number !== 'number') throw unknownScalar(name, Object.keys(scalars));
    input.memory[0] = number;
  };
}

function randomWriter(input: WrittenInput, name: string): Writer {
  const [kind, streamName] = parted(name);
  if (kind === 'normal') {
    return ({ inputs: { seed, draw } }) => {
      const { memory } = input;
      memory.set(stream(seed, streamName, draw).normals(memory.length));
    };
  }
  // Steps follow each other: the states of several are made at once.
  const states = new Int32Array(4 * STATES);
  let [madeFor, first] = [NaN, NaN];
  return ({ inputs: { seed, draw } }) => {
    let at = draw - first;
    if (!(seed === madeFor && at >= 0 && at < STATES)) {
      streamStates(seed, streamName, draw, states);
      [madeFor, first, at] = [seed, draw, 0];
    }
    input.drawUniforms(states, 4 * at);
  };
}

/** Writes the part of an array that belongs to a batch, and gives what is to be checked. */
type ArrayWriter = (array: HostArray, batch: number) => Float32Array | Int32Array | Uint8Array;

function rowsWriter(input: WrittenInput, row: number): ArrayWriter {
  return ({ rows }, batch) => {
    const { memory } = input;
    const { of, indices } = rows!;
    copyRows(of.data, indices, row, memory, (batch * memory.length) / row);
    return of.data;
  };
}

/** Up to so many elements are copied one by one: a view of a part costs more. */
const FEW = 64;

function elementsWriter(input: WrittenInput, inBytes: boolean): ArrayWriter {
  return ({ data, dtype, scale = 1, offset = 0 }, batch) => {
    const { memory } = input;
    const { length } = memory;
    const from = batch * length;
    // As `toTensorData` has it: whole numbers have no scale.
    const scaled = !inBytes && dtype === 'float32' && (scale !== 1 || offset !== 0);
    if (scaled) for (let i = 0; i < length; i++) memory[i] = data[from + i]! * scale + offset;
    else if (length <= FEW) for (let i = 0; i < length; i++) memory[i] = data[from + i]!;
    else if (data.length === length) memory.set(data);
    else memory.set(data.subarray(from, from + length));
    return memory;
  };
}
