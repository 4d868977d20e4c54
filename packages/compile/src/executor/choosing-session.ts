import type {
  ExecutorSession,
  HostArrays,
  HostBatch,
  StepInputs,
  StepProgram,
  StepSeries,
} from '@espalier/core';
import { isEspalierError } from '@espalier/core';
import { costOf, fasterAsWasm } from './step-cost.js';
import type { StepKind } from './step-functions.js';
import { tracesOf } from './step-traces.js';

/** A session for each target, started with a state. */
export interface Targets {
  wasm(state: HostArrays): Promise<ExecutorSession>;
  onnx(state: HostArrays): Promise<ExecutorSession>;
}

/** What runs of a program chose, by the function and batch shape that came first: the next run need not look. */
export type Choices = Map<string, { readonly target: keyof Targets; readonly note?: string }>;

/**
 * A session whose first step decides what it runs on: a small step as WebAssembly, one in which products dominate on ONNX
 * Runtime, and what has no WebAssembly form there too. The choice goes by shapes alone, so that the same run chooses alike.
 */
export class ChoosingSession implements ExecutorSession {
  readonly #program: StepProgram;
  readonly #targets: Targets;
  readonly #choices: Choices;
  #state: HostArrays;
  #session: ExecutorSession | undefined;
  #notes: string[] = [];

  constructor(program: StepProgram, state: HostArrays, targets: Targets, choices: Choices) {
    this.#program = program;
    this.#state = copied(state);
    this.#targets = targets;
    this.#choices = choices;
  }

  get name(): string {
    return this.#session?.name ?? 'compiled';
  }

  train(batch: HostBatch, inputs: StepInputs) {
    return (
      this.#session?.train(batch, inputs) ?? this.#first('train', batch, (own) => own.train(batch, inputs))
    );
  }

  trainSeries(series: StepSeries): boolean {
    return this.#session?.trainSeries?.(series) ?? false;
  }

  accumulate(batch: HostBatch, inputs: StepInputs) {
    return (
      this.#session?.accumulate(batch, inputs) ??
      this.#first('accumulate', batch, (own) => own.accumulate(batch, inputs))
    );
  }

  evaluate(batch: HostBatch, inputs: StepInputs) {
    return (
      this.#session?.evaluate(batch, inputs) ??
      this.#first('evaluate', batch, (own) => own.evaluate(batch, inputs))
    );
  }

  evaluateWithOutputs(batch: HostBatch, inputs: StepInputs) {
    return (
      this.#session?.evaluateWithOutputs(batch, inputs) ??
      this.#first('evaluate', batch, (own) => own.evaluateWithOutputs(batch, inputs))
    );
  }

  penalties(inputs: StepInputs) {
    return this.#session?.penalties(inputs) ?? this.#first('penalties', {}, (own) => own.penalties(inputs));
  }

  predict(arrays: HostArrays, inputs: StepInputs) {
    return (
      this.#session?.predict(arrays, inputs) ??
      this.#first('predict', { inputs: arrays }, (own) => own.predict(arrays, inputs))
    );
  }

  async readState(prefix = ''): Promise<HostArrays> {
    if (this.#session) return this.#session.readState(prefix);
    const entries = Object.entries(this.#state).filter(([name]) => name.startsWith(prefix));
    return copied(Object.fromEntries(entries));
  }

  readStateNow(prefix: string): HostArrays | undefined {
    return this.#session?.readStateNow?.(prefix);
  }

  async writeState(entries: HostArrays): Promise<void> {
    if (this.#session) return this.#session.writeState(entries);
    this.#state = { ...this.#state, ...copied(entries) };
  }

  takeNotes(): string[] {
    const notes = this.#session?.takeNotes?.() ?? [];
    return this.#notes.length > 0 ? [...this.#notes.splice(0), ...notes] : notes;
  }

  dispose(): void {
    this.#session?.dispose();
  }

  /** Chooses by the function that is asked for first, and runs it. */
  async #first<T>(
    kind: StepKind,
    batch: Partial<HostBatch>,
    run: (session: ExecutorSession) => T | Promise<T>,
  ): Promise<T> {
    const key = tracesOf(this.#program).key(kind, batch);
    const chosen = this.#choices.get(key);
    const target = chosen?.target ?? this.#cheaper(kind, batch);
    const session = await this.#targets[target](this.#state);
    try {
      const result = await run(session);
      this.#choices.set(key, chosen ?? { target });
      this.#session = session;
      if (chosen?.note) this.#notes.push(chosen.note);
      return result;
    } catch (error) {
      if (target === 'onnx') {
        this.#session = session;
        throw error;
      }
      session.dispose();
      if (!isEspalierError(error) || !WITHOUT_WASM.includes(error.code)) throw error;
      const note = `runs on ONNX Runtime: ${error.message}`;
      this.#session = await this.#targets.onnx(this.#state);
      this.#choices.set(key, { target: 'onnx', note });
      this.#notes.push(note);
      return run(this.#session);
    }
  }

  #cheaper(kind: StepKind, batch: Partial<HostBatch>): keyof Targets {
    const { graph } = tracesOf(this.#program).look(kind, { state: this.#state, batch });
    return fasterAsWasm(costOf(graph)) ? 'wasm' : 'onnx';
  }
}

function copied(arrays: HostArrays): HostArrays {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, { ...array, data: array.data.slice() }]),
  );
}

/** What says that a step has no WebAssembly form: an operator that lacks one, more memory than there is. */
const WITHOUT_WASM: readonly string[] = ['unsupported-op', 'executor-unavailable'];
