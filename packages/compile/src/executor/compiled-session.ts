import type {
  BatchSums,
  EvaluatedBatch,
  ExecutorSession,
  HostArray,
  HostArrays,
  HostBatch,
  StepInputs,
  StepResult,
  StepSeries,
} from '@espalier/core';
import { toTensorData } from '@espalier/core';
import { after, isPromise, type MaybePromise } from '@espalier/core/internal';
import type { StateMemory } from '../compiled-graph/code-generator.js';
import type { HostTensor, HostTensors } from '../compiled-graph/host-tensor.js';
import { BoundStep, SUM } from './bound-step.js';
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
  /** What runs at once, bound to the state. */
  readonly #bound = new WeakMap<CompiledKind, BoundStep>();
  /** Training steps of this session. */
  #steps = 0;

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
      this.#checkAgain(compiled);
      this.#count(compiled, 1);
      return after(this.#run(compiled, batch, inputs), resultOf);
    });
  }

  trainSeries(series: StepSeries): boolean {
    const { batches, batchSize: examples, from, to } = series;
    // The trainer looks at every epoch whether something else is trained.
    const compiled = this.#parts.cache.known('train', batches, { examples, mayDiffer: this.#steps === 0 });
    const bound = compiled && this.#boundOf(compiled);
    if (!bound) return false;
    let singly = false;
    for (let at = from; at < to;) {
      const untilCheck = this.#checkAgain(compiled);
      const steps = singly ? 1 : Math.min(bound.pace, to - at, untilCheck);
      const first = steps === 1 ? series.inputs(0) : undefined;
      try {
        bound.write(batches, at, steps, first ? () => first : (step) => series.inputs(step));
      } catch (cause) {
        if (first) return this.#failed(cause, first.draw);
        // The steps before the one that is to blame come first.
        singly = true;
        continue;
      }
      let results: HostTensors;
      try {
        results = bound.run(steps);
      } catch (cause) {
        const { draw } = series.inputs(0);
        const { times, results: before } = bound.last;
        // Where nothing may follow now, the next series ends in the same way.
        if (times > 0 && !series.done(bound.sums(before), times)) return true;
        return this.#failed(cause, draw + times);
      }
      this.#count(compiled, steps);
      at += steps;
      if (!series.done(bound.sums(results), steps)) break;
    }
    return true;
  }

  /**
   * A number that leaks into the step from outside may change at any time: looked for before the second step of each run, and before steps 8,
   * 32, 128, ... of all runs together. Gives how many steps may follow until the next time.
   */
  #checkAgain({ graph, taken }: CompiledKind): number {
    const due = taken.steps + 1 === taken.nextCheck;
    if (due) taken.nextCheck *= 4;
    if (this.#steps === 1 || due) graph.traced.verify();
    return this.#steps === 0 ? 1 : taken.nextCheck - 1 - taken.steps;
  }

  #count({ taken }: CompiledKind, steps: number): void {
    taken.steps += steps;
    this.#steps += steps;
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

  readStateNow(prefix: string): HostArrays | undefined {
    const copy = this.#state.copy(prefix);
    if (!isPromise(copy)) return copy as HostArrays;
    copy.catch(() => undefined);
    return undefined;
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

  #run(compiled: CompiledKind, batch: Partial<HostBatch>, inputs: StepInputs): MaybePromise<HostTensors> {
    const given = { batch, inputs };
    try {
      const bound = this.#boundOf(compiled);
      if (bound) {
        bound.write(batch, 0, 1, () => inputs);
        return bound.run(1);
      }
      const { graph, feeds } = compiled;
      const running = graph.run(this.#state, (name) => feeds.get(name)!(given));
      return isPromise(running)
        ? running.catch((cause: unknown) => this.#failed(cause, inputs.draw))
        : running;
    } catch (cause) {
      return this.#failed(cause, inputs.draw);
    }
  }

  #failed(cause: unknown, step: number): never {
    const { device, cache } = this.#parts;
    throw executionError(cause, { step, engine: cache.generator.engine, device });
  }

  #boundOf(compiled: CompiledKind): BoundStep | undefined {
    let bound = this.#bound.get(compiled);
    if (!bound) {
      const code = compiled.graph.bind(this.#state);
      if (!code) return undefined;
      this.#bound.set(compiled, (bound = new BoundStep(compiled, code)));
    }
    return bound;
  }
}

function resultOf(outputs: HostTensors): StepResult {
  const sums = sumsOf(outputs);
  // At once: what is run or compiled next may use their memory.
  const taps = outputsOf(outputs, 'tap/');
  return { sums: () => sums, tap: async (name) => taps[name] };
}

/** Copies of the sums. */
function sumsOf(outputs: HostTensors): BatchSums {
  const sums: Record<string, HostTensor['data']> = {};
  for (const name of Object.keys(outputs)) {
    if (name.startsWith(SUM)) sums[name.slice(SUM.length)] = outputs[name]!.data.slice();
  }
  return sums;
}

/** Copies of what the model gave, or of others of the same prefix. */
function outputsOf(outputs: HostTensors, prefix = 'output/'): HostArrays {
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
