import type { MaybePromise } from '@espalier/core/internal';
import type { TensorArray } from '../graph/element-type.js';
import type { Graph } from '../graph/graph.js';
import type { HostTensors } from './host-tensor.js';

/** A step as a code generator gets it: traced, simplified, with what each input and output is for. */
export interface StepPlan {
  /** Of TensorFlow.js kernels. */
  readonly graph: Graph;
  /** State entries by the name of the input that reads them. */
  readonly reads: ReadonlyMap<string, string>;
  /** State entries by the name of the output that becomes their next value. */
  readonly writes: ReadonlyMap<string, string>;
  /** State entries that are weights of a model; default: none is known to be. */
  readonly weights?: ReadonlySet<string>;
  /** Inputs whose first axis may have another extent in each run: arrays that rows are taken from. */
  readonly anyLength: ReadonlySet<string>;
  /**
   * Inputs that hold uniform numbers of a random stream, and its name: code that is bound to a state may draw them itself. Where it does
   * not, they are fed as others are.
   */
  readonly streams: ReadonlyMap<string, string>;
}

/** Gives the elements of an input that is not state; they are read during the run only. */
export type Feed = (input: string) => TensorArray;

/**
 * The state of a run, shared by all graphs that one code generator makes of it: each reads the entries, and writes their next
 * values beside them, which count only once its run has gone well.
 */
export interface StateMemory {
  /** Copies of the entries whose name starts with `prefix`. */
  copy(prefix: string): HostTensors | Promise<HostTensors>;
  /** Replaces entries by copies of what is given; names, sizes and types are those of the first state. */
  write(entries: HostTensors): void | Promise<void>;
  /** Frees everything. */
  dispose(): Promise<void>;
}

/** State in plain memory, which is read and written at once. */
export interface PlainStateMemory extends StateMemory {
  copy(prefix: string): HostTensors;
  write(entries: HostTensors): void;
}

/** An input that is fed by writing to where the code reads it. */
export interface WrittenInput {
  /** As in the graph; of rows that are taken from a whole array, the name of that. */
  readonly name: string;
  /** Elements of a row, where the input is rows of a whole array. */
  readonly row?: number;
  /** Elements that a run reads, and how far those of the next run are from them. */
  readonly length: number;
  readonly stride: number;
  /** Where it lies, until memory next grows: asked for again after anything else was compiled or run. */
  readonly memory: Float32Array | Int32Array | Uint8Array;
}

/** Code bound to a state, for runs that follow each other without a promise or a copy. */
export interface BoundCode {
  /** To be written before runs. */
  readonly inputs: readonly WrittenInput[];
  /** Most runs in one call, >= 1. */
  readonly capacity: number;
  /**
   * Runs so many times, as `GeneratedCode.run` does once; numbers of streams are those of `stream(seed, name, draw)` in the first run and of
   * the next indices in those that follow.
   *
   * @returns The outputs that are not state, those of each run after those of the one before; the next call overwrites them.
   */
  run(times: number, seed: number, draw: number): HostTensors;
  /** After a call that threw: the outputs of the runs before that, and how many these were. */
  readonly last: { readonly times: number; readonly results: HostTensors };
}

/** A step as something that runs. It must not refer to the function that was traced. */
export interface GeneratedCode<State extends StateMemory = StateMemory> {
  /** Number of operations, for messages. */
  readonly size: number;
  /**
   * Runs once, at once where the engine can, and moves `state` on when everything went well.
   *
   * @returns The outputs that are not state: views of memory that the next run overwrites.
   */
  run(state: State, feed: Feed): MaybePromise<HostTensors>;
  /** The code bound to a state, where it runs at once. */
  bind?(state: State): BoundCode;
  /** What it runs, in readable form, where that is more than the graph says. */
  explain?(): string;
  /** Frees everything. */
  release(): Promise<void>;
}

/** Turns steps into something that runs: one way to do so, opened and ready. */
export interface CodeGenerator<State extends StateMemory = StateMemory> {
  /** What the code runs in, for messages. */
  readonly engine: string;
  /** Whether arrays of the caller are read where they are; otherwise they are copied in each run. */
  readonly readsInPlace: boolean;
  /** Memory for a state, holding copies of these tensors, where the code reads it best. */
  createState(state: HostTensors): Promise<State>;
  /**
   * @throws EspalierError `unsupported-op` naming the kernel, or `executor-unavailable` where the engine refuses the code.
   */
  generate(step: StepPlan): Promise<GeneratedCode<State>>;
}
