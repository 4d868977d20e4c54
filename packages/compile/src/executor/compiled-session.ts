import type {
  BatchSums,
  EvaluatedBatch,
  ExecutorSession,
  HostArray,
  HostArrays,
  HostBatch,
  StepInputs,
  StepResult,
} from '@espalier/core';
import { toTensorData } from '@espalier/core';
import type { StateMemory } from '../compiled-graph/code-generator.js';
import type { HostTensor, HostTensors } from '../compiled-graph/host-tensor.js';
import { executionError } from './execution-error.js';
import type { CompiledKind, ShapeCache } from './shape-cache.js';
import type { StepKind } from './step-functions.js';
import type { StepShapes } from './trace-step.js';

/** What a session runs on. */
export interface SessionParts {
  readonly name: string;
  readonly device: string;
  readonly cache: ShapeCache;
}

/** A program being run on compiled code, with its state. */
export class CompiledSession implements ExecutorSession {
  readonly name: string;
  readonly #parts: SessionParts;
  readonly #state: StateMemory;
  readonly #shapes: StepShapes['state'];
  /** Training steps of this session. */
  #steps = 0;
  /** The step before which the function is traced again. */
  #nextCheck = 2;

  private constructor(parts: SessionParts, state: StateMemory, shapes: StepShapes['state']) {
    this.name = parts.name;
    this.#parts = parts;
    this.#state = state;
    this.#shapes = shapes;
  }

  /** Starts with a copy of `state`. */
  static async start(parts: SessionParts, state: HostArrays): Promise<CompiledSession> {
    const memory = await parts.cache.generator.createState(
      mapValues(state, ({ shape, dtype }, name) => ({ data: toTensorData(state[name]!), shape, dtype })),
    );
    const shapes = mapValues(state, ({ shape, dtype }) => ({ shape, dtype }));
    return new CompiledSession(parts, memory, shapes);
  }

  async train(batch: HostBatch, inputs: StepInputs): Promise<StepResult> {
    const compiled = await this.#compiled('train', batch);
    this.#steps++;
    // A number that leaks into the step from outside may change at any time: looked for at steps 2, 8, 32, 128, ...
    if (this.#steps === this.#nextCheck) {
      compiled.graph.traced.verify();
      this.#nextCheck *= 4;
    }
    const outputs = await this.#run(compiled, batch, inputs);
    const sums = named('sum/', outputs);
    return {
      sums: () => sums,
      tap: async (name) => {
        const tapped = outputs[`tap/${name}`];
        return tapped && hostArray(tapped);
      },
    };
  }

  evaluate(batch: HostBatch, inputs: StepInputs): Promise<BatchSums> {
    return this.#sums('evaluate', batch, inputs);
  }

  accumulate(batch: HostBatch, inputs: StepInputs): Promise<BatchSums> {
    return this.#sums('accumulate', batch, inputs);
  }

  async evaluateWithOutputs(batch: HostBatch, inputs: StepInputs): Promise<EvaluatedBatch> {
    const given = await this.#run(await this.#compiled('evaluate-with-outputs', batch), batch, inputs);
    return { sums: named('sum/', given), outputs: outputsOf(given) };
  }

  penalties(inputs: StepInputs): Promise<BatchSums> {
    return this.#sums('penalties', {}, inputs);
  }

  async predict(arrays: HostArrays, inputs: StepInputs): Promise<HostArrays> {
    const batch = { inputs: arrays };
    return outputsOf(await this.#run(await this.#compiled('predict', batch), batch, inputs));
  }

  async readState(prefix = ''): Promise<HostArrays> {
    return (await this.#state.copy(prefix)) as HostArrays;
  }

  async writeState(entries: HostArrays): Promise<void> {
    await this.#state.write(
      mapValues(entries, (array, name) => {
        const { shape, dtype } = this.#shapes[name]!;
        return { data: toTensorData({ ...array, dtype }), shape, dtype };
      }),
    );
  }

  takeNotes(): string[] {
    return this.#parts.cache.notes.splice(0);
  }

  dispose(): void {
    // What is compiled belongs to the program. Nobody waits for device memory to be free.
    void this.#state.dispose();
  }

  #compiled(kind: StepKind, batch: Partial<HostBatch>): Promise<CompiledKind> {
    return this.#parts.cache.get(kind, this.#shapes, batch);
  }

  async #run(
    { graph, feeds }: CompiledKind,
    batch: Partial<HostBatch>,
    inputs: StepInputs,
  ): Promise<HostTensors> {
    const given = { batch, inputs };
    try {
      return await graph.run(this.#state, (name) => feeds.get(name)!(given));
    } catch (cause) {
      const { device, cache } = this.#parts;
      throw executionError(cause, { step: inputs.draw, engine: cache.generator.engine, device });
    }
  }

  async #sums(kind: StepKind, batch: Partial<HostBatch>, inputs: StepInputs): Promise<BatchSums> {
    return named('sum/', await this.#run(await this.#compiled(kind, batch), batch, inputs));
  }
}

/** Copies of the outputs with a prefix. */
function named(prefix: string, outputs: HostTensors): BatchSums {
  const arrays: Record<string, HostTensor['data']> = {};
  for (const name of Object.keys(outputs)) {
    if (name.startsWith(prefix)) arrays[name.slice(prefix.length)] = outputs[name]!.data.slice();
  }
  return arrays;
}

/** Copies of what the model gave. */
function outputsOf(outputs: HostTensors): HostArrays {
  const prefix = 'output/';
  return Object.fromEntries(
    Object.entries(outputs)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), hostArray(tensor)]),
  );
}

/** A copy of an output; truth values are whole numbers outside. */
function hostArray({ data, shape, dtype }: HostTensor): HostArray {
  return { data: data.slice(), shape, dtype: dtype === 'float32' ? 'float32' : 'int32' };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
