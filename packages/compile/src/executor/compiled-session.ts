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
import { after, isPromise, type MaybePromise } from '@espalier/core/internal';
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

  train(batch: HostBatch, inputs: StepInputs): MaybePromise<StepResult> {
    return after(this.#compiled('train', batch), (compiled) => {
      this.#steps++;
      // A number that leaks into the step from outside may change at any time: looked for at steps 2, 8, 32, 128, ...
      if (this.#steps === this.#nextCheck) {
        compiled.graph.traced.verify();
        this.#nextCheck *= 4;
      }
      return after(this.#run(compiled, batch, inputs), resultOf);
    });
  }

  evaluate(batch: HostBatch, inputs: StepInputs): MaybePromise<BatchSums> {
    return after(this.#perform('evaluate', batch, inputs), sumsOf);
  }

  accumulate(batch: HostBatch, inputs: StepInputs): MaybePromise<BatchSums> {
    return after(this.#perform('accumulate', batch, inputs), sumsOf);
  }

  evaluateWithOutputs(batch: HostBatch, inputs: StepInputs): MaybePromise<EvaluatedBatch> {
    return after(this.#perform('evaluate-with-outputs', batch, inputs), (given) => ({
      sums: sumsOf(given),
      outputs: outputsOf(given),
    }));
  }

  penalties(inputs: StepInputs): MaybePromise<BatchSums> {
    return after(this.#perform('penalties', {}, inputs), sumsOf);
  }

  predict(arrays: HostArrays, inputs: StepInputs): MaybePromise<HostArrays> {
    return after(this.#perform('predict', { inputs: arrays }, inputs), outputsOf);
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

  #compiled(kind: StepKind, batch: Partial<HostBatch>): MaybePromise<CompiledKind> {
    const { cache } = this.#parts;
    return cache.known(kind, batch) ?? cache.get(kind, this.#shapes, batch);
  }

  #perform(kind: StepKind, batch: Partial<HostBatch>, inputs: StepInputs): MaybePromise<HostTensors> {
    return after(this.#compiled(kind, batch), (compiled) => this.#run(compiled, batch, inputs));
  }

  #run(
    { graph, feeds }: CompiledKind,
    batch: Partial<HostBatch>,
    inputs: StepInputs,
  ): MaybePromise<HostTensors> {
    const given = { batch, inputs };
    const failed = (cause: unknown): never => {
      const { device, cache } = this.#parts;
      throw executionError(cause, { step: inputs.draw, engine: cache.generator.engine, device });
    };
    try {
      const running = graph.run(this.#state, (name) => feeds.get(name)!(given));
      return isPromise(running) ? running.catch(failed) : running;
    } catch (cause) {
      return failed(cause);
    }
  }
}

function resultOf(outputs: HostTensors): StepResult {
  const sums = sumsOf(outputs);
  return {
    sums: () => sums,
    tap: async (name) => {
      const tapped = outputs[`tap/${name}`];
      return tapped && hostArray(tapped);
    },
  };
}

/** Copies of the sums. */
function sumsOf(outputs: HostTensors): BatchSums {
  const prefix = 'sum/';
  const sums: Record<string, HostTensor['data']> = {};
  for (const name of Object.keys(outputs)) {
    if (name.startsWith(prefix)) sums[name.slice(prefix.length)] = outputs[name]!.data.slice();
  }
  return sums;
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
