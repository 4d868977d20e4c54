import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { TensorArray } from '../graph/element-type.js';
import { fromNumbers } from '../graph/element-type.js';
import type { Node, Value } from '../graph/graph.js';
import { trace } from '../trace/trace.js';
import { traceTwice } from '../trace/trace-twice.js';
import type { CodeGenerator, PlainStateMemory, StepPlan } from './code-generator.js';
import { CompiledGraph } from './compiled-graph.js';
import type { HostTensor, HostTensors } from './host-tensor.js';

await tf.setBackend('cpu');

class Memory implements PlainStateMemory {
  entries: Record<string, HostTensor>;

  constructor(state: HostTensors) {
    this.entries = { ...state };
  }

  copy(prefix: string): HostTensors {
    return Object.fromEntries(Object.entries(this.entries).filter(([name]) => name.startsWith(prefix)));
  }

  write(entries: HostTensors): void {
    Object.assign(this.entries, entries);
  }

  async dispose(): Promise<void> {
    this.entries = {};
  }
}

type Operator = (attributes: Node['attributes'], ...operands: TensorArray[]) => number[];

const elementwise =
  (f: (a: number, b: number) => number): Operator =>
  (_, a, b) =>
    Array.from({ length: Math.max(a!.length, b!.length) }, (__, i) =>
      f(Number(a![i % a!.length]), Number(b![i % b!.length])),
    );

const operators: Record<string, Operator> = {
  Add: elementwise((a, b) => a + b),
  Multiply: elementwise((a, b) => a * b),
  Cast: (_, x) => Array.from(x as Float32Array),
  Reshape: (_, x) => Array.from(x as Float32Array),
  GatherV2: (_, x, rows) => {
    const width = x!.length / 3;
    return Array.from(rows as Int32Array).flatMap((row) =>
      Array.from((x as Uint8Array).subarray(row * width, (row + 1) * width)),
    );
  },
};

/** Works kernels out one by one, in the order of the graph: the least that a code generator can be. */
function interpreter(plans: StepPlan[] = []): CodeGenerator<Memory> {
  return {
    engine: 'an interpreter',
    readsInPlace: true,
    createState: async (state) => new Memory(state),
    async generate(plan) {
      plans.push(plan);
      const { graph, reads, writes } = plan;
      return {
        size: graph.nodes.length,
        release: async () => undefined,
        async run(state, feed) {
          const numbers = new Map<Value, TensorArray>();
          for (const { name, value } of graph.inputs) {
            const entry = reads.get(name);
            numbers.set(value, entry === undefined ? feed(name) : state.entries[entry]!.data);
          }
          const of = (value: Value): TensorArray => numbers.get(value) ?? value.constant!.data;
          for (const { op, inputs, attributes, outputs } of graph.nodes) {
            const [made] = outputs as [Value];
            numbers.set(
              made,
              fromNumbers(made.dtype, operators[op]!(attributes, ...inputs.map((x) => of(x!)))),
            );
          }
          const results: Record<string, HostTensor> = {};
          const next: Record<string, HostTensor> = {};
          for (const { name, value } of graph.outputs) {
            const tensor = { data: of(value), shape: value.shape, dtype: value.dtype } as HostTensor;
            const entry = writes.get(name);
            if (entry === undefined) results[name] = tensor;
            else next[entry] = tensor;
          }
          state.write(next);
          return results;
        },
      };
    },
  };
}

const vector = (...numbers: number[]): HostTensor => ({
  data: Float32Array.from(numbers),
  shape: [numbers.length],
  dtype: 'float32',
});
const names = {
  read: (input: string) => (input.startsWith('w') ? input : undefined),
  written: (output: string) => (output.startsWith('next ') ? output.slice('next '.length) : undefined),
};
const spec = (name: string, ...shape: number[]) => ({ name, shape, dtype: 'float32' }) as const;

test('a graph of kernels runs on any code generator, and several graphs take turns on one state', async () => {
  const generator = interpreter();
  const grow = traceTwice(() =>
    trace([spec('w', 2), spec('x', 2)], ([w, x]) => {
      const sum = tf.add(w!, x!);
      return { 'next w': sum, twice: tf.mul(sum, 2) };
    }),
  );
  const double = traceTwice(() => trace([spec('w', 2)], ([w]) => ({ 'next w': tf.mul(w!, 2) })));
  const [growing, doubling] = [
    await CompiledGraph.compile(grow, generator, { state: names }),
    await CompiledGraph.compile(double, generator, { state: names }),
  ];
  const state = await generator.createState({ w: vector(1, 2) });
  const { twice } = await growing.run(state, () => Float32Array.of(10, 20));
  expect([...twice!.data]).toEqual([22, 44]);
  await doubling.run(state, () => Float32Array.of());
  await growing.run(state, () => Float32Array.of(1, 1));
  expect([...state.copy('')['w']!.data]).toEqual([23, 45]);
});

test('what is fed as bytes and rows is decoded by the graph itself, in kernels', async () => {
  const plans: StepPlan[] = [];
  const generator = interpreter(plans);
  const traced = traceTwice(() =>
    trace([spec('w', 1), spec('x', 2, 2)], ([w, x]) => ({ y: tf.mul(x!, w!) })),
  );
  const encodings = new Map([['x', { bytes: { scale: 0.5, offset: -1 }, rows: { total: 3 } }]]);
  const compiled = await CompiledGraph.compile(traced, generator, { state: names, encodings });
  expect(plans[0]!.graph.inputs.map(({ name, value }) => [name, value.dtype, value.shape])).toEqual([
    ['w', 'float32', [1]],
    ['x', 'uint8', [3, 2]],
    ['rows/x', 'int32', [2]],
  ]);
  expect([...plans[0]!.anyLength]).toEqual(['x']);
  const state = await generator.createState({ w: vector(10) });
  const fed: Record<string, TensorArray> = {
    x: Uint8Array.of(0, 2, 4, 6, 8, 10),
    'rows/x': Int32Array.of(2, 0),
  };
  const { y } = await compiled.run(state, (name) => fed[name]!);
  expect([...y!.data]).toEqual([30, 40, -10, 0]);
});
