import type { Json } from '../json.js';

/** Numbers by metric name: `loss`, `accuracy`, `val_loss`, ... */
export type EpochLogs = Readonly<Record<string, number>>;

/** One line of a run's history. `epoch` counts from 0. */
export type EpochRecord = EpochLogs & { readonly epoch: number };

/** How a run ended: all epochs done, stopped early by a plugin or signal, or by an error. */
export type RunStatus = 'completed' | 'stopped' | 'failed';

/** A remark of the trainer or of a plugin, e.g. that the learning rate was reduced. */
export interface RunEvent {
  readonly epoch: number;
  readonly step: number;
  /** The plugin's name, or `trainer`. */
  readonly source: string;
  readonly message: string;
}

/** Values over a data set: `loss` and every metric, `penalty` where there are penalties. */
export type Evaluation = Readonly<Record<string, number | number[] | number[][]>>;

/** Lists and matrices by metric name: numbers of each class, confusion matrices. */
export type Vectors = Readonly<Record<string, number[] | number[][]>>;

/** The lists and matrices of an epoch. */
export interface VectorRecord {
  readonly epoch: number;
  /** As in the epoch's line: `val_` before those of the validation. */
  readonly values: Vectors;
}

/** Something with a name and the options that it was made with. */
export interface Configured {
  readonly name: string;
  /** Absent where the factory does not say. */
  readonly config?: Json;
}

/** What a run was made of, as plain JSON. */
export interface RunSetup {
  /** By output. */
  readonly losses?: Readonly<Record<string, Configured>>;
  /** By output. */
  readonly metrics?: Readonly<Record<string, readonly Configured[]>>;
  readonly optimizer?: Configured;
  readonly plugins: readonly Configured[];
  /** The names of those that are part of the step. */
  readonly inStep?: readonly string[];
  /** A hash of what each layer computes (its options, without initializers), by layer; of a functional model there is none. */
  readonly layers?: Readonly<Record<string, string>>;
  /** What `fit` and the trainer were told: `batchSize`, `shuffle`, `accumulate`, ... */
  readonly options?: { readonly [name: string]: Json };
  /** Number of examples, where it is known, and a hash that tells other data apart. */
  readonly data?: { readonly examples: number | null; readonly fingerprint: string };
  /** The same of the validation set, where there is one. */
  readonly validation?: { readonly examples: number | null; readonly fingerprint: string };
  /** Git's commit that the program's folder is at, in 40 or 64 hexadecimal digits; absent in browsers, and outside of a repository. */
  readonly commit?: string;
  /** Versions of this package and of TensorFlow.js. */
  readonly versions: Readonly<Record<string, string>>;
}

/** All that is known of a run, as plain JSON. */
export interface RunRecord {
  readonly seed: number;
  /** Name of the executor, e.g. `eager (wasm)`. */
  readonly executor: string;
  readonly setup: RunSetup;
  readonly epochs: readonly EpochRecord[];
  /** What metrics gave that are no numbers, by epoch; absent where there are none. Lists of more than 10,000 numbers are left out. */
  readonly vectors?: readonly VectorRecord[];
  readonly events: readonly RunEvent[];
  readonly status: RunStatus | 'running';
  readonly stopReason?: string;
  /** Wall seconds of each epoch, validation included; kept apart, being the one thing that differs between equal runs. */
  readonly seconds: readonly number[];
}
