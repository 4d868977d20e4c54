import type { HostArray, HostArrays } from '../data/arrays.js';
import type { Availability } from './backend.js';
import type { HostBatch } from '../data/dataset.js';
import type { StepProgram } from '../step/step-program.js';

/** The numbers that go into one step from outside. */
export interface StepInputs {
  /** Every scalar that the step may ask for, by full name. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Seed and counter of the random numbers: an executor draws `stream(seed, name, draw)`. */
  readonly seed: number;
  readonly draw: number;
}

/** Sums of a batch in plain memory, by name: `loss`, `weight`, `penalty/<plugin>`, `metric/<output>/<metric>/<sum>`. */
export type BatchSums = Readonly<Record<string, Float32Array | Float64Array | Int32Array | Uint8Array>>;

/** Sums and outputs of a batch in plain memory. */
export interface EvaluatedBatch {
  readonly sums: BatchSums;
  /** `[N, ...]` by output name. */
  readonly outputs: HostArrays;
}

/** What a training step gave. */
export interface StepResult {
  /** Copied to plain memory; may be called once per step, late. */
  sums(): BatchSums | Promise<BatchSums>;
  /** A tapped tensor; valid until the next step. */
  tap(name: string): Promise<HostArray | undefined>;
}

/**
 * Steps that follow each other with nobody looking: their batches, and what goes in and comes out. What is trained is what it was at
 * the session's first step.
 */
export interface StepSeries {
  /** The examples of all batches, one batch after the other. */
  readonly batches: HostBatch;
  /** Examples in each. */
  readonly batchSize: number;
  /** Number of the first batch that is to be taken, and of the first that is not. */
  readonly from: number;
  readonly to: number;
  /** The numbers of the step that comes `ahead` steps after the next one that `done` is to be told of. May give the same object each time. */
  inputs(ahead: number): StepInputs;
  /**
   * Takes the sums of one or several steps, those of each step after those of the one before, which hold until the next call; gives
   * whether more are to follow.
   */
  done(sums: BatchSums, steps: number): boolean;
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
  /**
   * The steps of a series, without a promise or a copy between them, to the same bits as `train` of each. Several may be done before
   * the first of them is told of, within a few milliseconds. What throws ends the series, and the steps before count.
   *
   * @returns False where the session cannot at present: nothing was done, and `train` is to take the next step.
   */
  trainSeries?(series: StepSeries): boolean;
  /** A batch that is part of a step: its gradients join the next `train`. Its sums. */
  accumulate(batch: HostBatch, inputs: StepInputs): BatchSums | Promise<BatchSums>;
  /** Sums over one batch, training off. */
  evaluate(batch: HostBatch, inputs: StepInputs): BatchSums | Promise<BatchSums>;
  /** The same, with a copy of the outputs. */
  evaluateWithOutputs(batch: HostBatch, inputs: StepInputs): EvaluatedBatch | Promise<EvaluatedBatch>;
  /** Penalties of the present parameters, by plugin. */
  penalties(inputs: StepInputs): BatchSums | Promise<BatchSums>;
  /** The model's outputs, training off. */
  predict(arrays: HostArrays, inputs: StepInputs): HostArrays | Promise<HostArrays>;
  /** Copies of state entries, of those whose name starts with `prefix`. */
  readState(prefix?: string): Promise<HostArrays>;
  /** The same at once; `undefined` where that takes time. */
  readStateNow?(prefix: string): HostArrays | undefined;
  /** Replaces some state entries. */
  writeState(entries: HostArrays): Promise<void>;
  /** What was compiled and the like, for the run's record; emptied by reading. */
  takeNotes?(): string[];
  dispose(): void;
}
