import type { HostArray, HostArrays } from '../data/arrays.js';
import type { Availability } from './backend.js';
import type { HostBatch } from '../data/dataset.js';
import type { StepProgram } from '../step/step-program.js';

/** The numbers that go into one step from outside. */
export interface StepInputs {
  /** Every scalar that the step may ask for, by full name. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Seed and step of the random numbers: an executor draws `stream(seed, name, step)`. */
  readonly seed: number;
  readonly step: number;
}

/** Sums of one step in plain memory, by name: `loss`, `weight`, `penalty/<plugin>`, `<metric>/<sum>`. */
export type StepSums = Readonly<Record<string, Float32Array | Int32Array | Uint8Array>>;

/** What a training step gave. */
export interface StepResult {
  /** Copied to plain memory; may be called once per step, late. */
  sums(): StepSums | Promise<StepSums>;
  /** A tapped tensor; valid until the next step. */
  tap(name: string): Promise<HostArray | undefined>;
}

/** How steps are run. */
export interface Executor {
  /** For records and messages, e.g. `eager` or `compiled (cpu)`. */
  readonly name: string;
  isAvailable?(): Promise<Availability>;
  /** Takes a program and its first state; from then on the session owns the state. */
  start(program: StepProgram, state: HostArrays): Promise<ExecutorSession>;
}

/** One program being run, with its state. */
export interface ExecutorSession {
  /** e.g. `eager (wasm)`. */
  readonly name: string;
  /** One training step. When it throws, the state is what it was. */
  train(batch: HostBatch, inputs: StepInputs): StepResult | Promise<StepResult>;
  /** Sums over one batch, training off. */
  evaluate(batch: HostBatch, inputs: StepInputs): StepSums | Promise<StepSums>;
  /** Penalties of the present parameters, by plugin. */
  penalties(inputs: StepInputs): StepSums | Promise<StepSums>;
  /** The model's outputs, training off. */
  predict(inputs: HostArrays, step: StepInputs): HostArrays | Promise<HostArrays>;
  /** Copies of state entries, of those whose name starts with `prefix`. */
  readState(prefix?: string): Promise<HostArrays>;
  /** Replaces some state entries. */
  writeState(entries: HostArrays): Promise<void>;
  /** What was compiled and the like, for the run's record; emptied by reading. */
  takeNotes?(): string[];
  dispose(): void;
}
