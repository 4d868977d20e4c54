import { type HostArray, type HostBatch, type StepInputs, stream } from '@espalier/core';
import { unknownScalar } from '@espalier/core/internal';
import { copyRows } from '../codegen/wasm/rows.js';
import type { WrittenInput } from '../compiled-graph/code-generator.js';
import type { CompiledGraph } from '../compiled-graph/compiled-graph.js';
import type { InputEncodings } from '../passes/encode-inputs.js';
import { parted } from './step-feeds.js';

/** Writes an array of the batches of some steps; `at` is the number of the first batch among those that lie together. */
type ArrayWriter = (batch: Partial<HostBatch>, at: number, steps: number) => void;
/** Writes a number, or random numbers, of one step. */
type NumberWriter = (inputs: StepInputs, step: number) => void;

/** Write all inputs of bound code, in place: nothing is made for a step. */
export interface StepWriters {
  readonly arrays: readonly ArrayWriter[];
  readonly numbers: readonly NumberWriter[];
}

export function stepWriters(
  graph: CompiledGraph,
  inputs: readonly WrittenInput[],
  encodings: InputEncodings,
): StepWriters {
  const arrays: ArrayWriter[] = [];
  const numbers: NumberWriter[] = [];
  for (const input of inputs) {
    const [group, name] = parted(input.name);
    if (group === 'scalar') numbers.push(scalarWriter(input, name));
    else if (group === 'random') numbers.push(normalsWriter(input, parted(name)[1]));
    else {
      const inBytes = encodings.get(input.name)?.bytes !== undefined;
      const write =
        input.row === undefined ? elementsWriter(graph, input, inBytes) : rowsWriter(graph, input, input.row);
      arrays.push((batch, at, steps) =>
        write(batch[group as 'inputs' | 'targets' | 'weights']![name]!, at, steps),
      );
    }
  }
  return { arrays, numbers };
}

function scalarWriter(input: WrittenInput, name: string): NumberWriter {
  const { stride } = input;
  return ({ scalars }, step) => {
    const number = scalars[name];
    if (typeof number !== 'number') throw unknownScalar(name, Object.keys(scalars));
    input.memory[step * stride] = number;
  };
}

/** Uniform numbers are drawn by the code. */
function normalsWriter(input: WrittenInput, streamName: string): NumberWriter {
  const { length, stride } = input;
  return ({ seed, draw }, step) =>
    input.memory.set(stream(seed, streamName, draw).normals(length), step * stride);
}

type Write = (array: HostArray, at: number, steps: number) => void;

function rowsWriter(graph: CompiledGraph, input: WrittenInput, row: number): Write {
  const { length, stride } = input;
  const each = length / row;
  return ({ rows }, at, steps) => {
    const { memory } = input;
    const { of, indices } = rows!;
    if (stride === length) copyRows(of.data, indices, row, memory, at * each, steps * each);
    else
      for (let step = 0; step < steps; step++)
        copyRows(of.data, indices, row, memory, (at + step) * each, each, step * stride);
    graph.checkInput(input.name, of.data);
  };
}

/** Up to so many elements are copied one by one: a view of a part costs more. */
const FEW = 64;

function elementsWriter(graph: CompiledGraph, input: WrittenInput, inBytes: boolean): Write {
  const { length, stride } = input;
  const checked = graph.checks(input.name);
  /** Elements of one step, or of several where these lie side by side in memory too. */
  const copy = (array: HostArray, from: number, count: number, to: number): void => {
    const { data, dtype, scale = 1, offset = 0 } = array;
    const { memory } = input;
    // As `toTensorData` has it: whole numbers have no scale.
    const scaled = !inBytes && dtype === 'float32' && (scale !== 1 || offset !== 0);
    if (scaled) for (let i = 0; i < count; i++) memory[to + i] = data[from + i]! * scale + offset;
    else if (count <= FEW) for (let i = 0; i < count; i++) memory[to + i] = data[from + i]!;
    else if (data.length === count) memory.set(data, to);
    else memory.set(data.subarray(from, from + count), to);
    if (checked) graph.checkInput(input.name, memory.subarray(to, to + count));
  };
  return (array, at, steps) => {
    if (stride === length) copy(array, at * length, steps * length, 0);
    else for (let step = 0; step < steps; step++) copy(array, (at + step) * length, length, step * stride);
  };
}
