import type {
  Dataset,
  EpochRecord,
  Evaluation,
  Json,
  Loss,
  Metric,
  Optimizer,
  Plugin,
  RunRecord,
  Trainer,
} from 'espalier';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** What one run is made of, new for each seed. */
export interface RunSetup {
  readonly model: LayersModel;
  readonly optimizer: Optimizer;
  /** Default: softmax cross-entropy. */
  readonly loss?: Loss;
  /** Default: accuracy. */
  readonly metrics?: readonly Metric[];
  readonly plugins?: readonly Plugin[];
}

/** The three parts of a data set. */
export interface Images {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
}

/** A row of a study: what is trained, on what, and how often. */
export interface RunPlan<E extends Json = null> {
  /** Unique in the study. */
  readonly name: string;
  readonly train: Dataset;
  readonly validation?: Dataset;
  readonly test: Dataset;
  readonly epochs: number;
  readonly batchSize: number;
  /** At most so many seeds, for runs that are too long for more. */
  readonly seeds?: number;
  readonly setup: (seed: number) => RunSetup;
  /** Anything else to measure on the trained network; it is kept as JSON. */
  readonly measure?: (trained: {
    readonly trainer: Trainer;
    readonly model: LayersModel;
    readonly record: RunRecord;
    readonly seed: number;
  }) => E | Promise<E>;
}

/** What is known of a finished run. */
export interface Measurement<E extends Json = Json> {
  readonly name: string;
  readonly seed: number;
  /** Of the final weights, without dropout. */
  readonly train: Evaluation;
  readonly validation?: Evaluation;
  readonly test: Evaluation;
  readonly epochs: readonly EpochRecord[];
  readonly stopReason?: string;
  readonly executor: string;
  /** Wall seconds of training, validation included. */
  readonly seconds: number;
  /** Processor seconds of the same, of all threads. */
  readonly cpuSeconds?: number;
  /** What the plan's `measure` gave. */
  readonly extra: E;
}
