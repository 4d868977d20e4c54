import type { HostArrays } from '../data/arrays.js';
import type { EpochPosition } from '../data/epoch-batches.js';
import type { EpochRecord, Evaluation, RunEvent, RunSetup, VectorRecord } from './record.js';

/** A run frozen between two steps. Immutable: the arrays are copies. */
export interface Checkpoint {
  readonly format: 'espalier-checkpoint';
  readonly version: 1;
  readonly seed: number;
  /** The epoch that goes on, and how many of its steps are done. */
  readonly epoch: number;
  readonly stepInEpoch: number;
  readonly step: number;
  /** Steps in an epoch and examples in a batch: a run goes on with the same. */
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  /** Number of examples in the training set; `null` for a stream of unknown length. */
  readonly examples: number | null;
  /** Where the data of the unfinished epoch stand; `null` between epochs. */
  readonly position: EpochPosition | null;
  /** The learning rate of the last step. */
  readonly learningRate: number;
  /** Why a plugin has asked to stop, if one has. */
  readonly stopReason?: string;
  /** It holds the weights alone, for `loadWeights`: no run resumes from it. */
  readonly weightsOnly?: true;
  /** What the run was made of: a run resumes with the same. */
  readonly setup: RunSetup;
  readonly learningRateFactors: Readonly<Record<string, number>>;
  /** The lines of the epochs that are over, and of one that the run's length has cut short: a run that is longer ends that first. */
  readonly epochs: readonly EpochRecord[];
  /** Lists and matrices of these epochs, where there are any. */
  readonly vectors?: readonly VectorRecord[];
  readonly events: readonly RunEvent[];
  /** Wall seconds of the epochs that are over, and of the unfinished one so far where it has steps. */
  readonly seconds: readonly number[];
  /** Sums of the unfinished epoch, in float64. */
  readonly totals: Readonly<Record<string, readonly number[]>>;
  /** What `run.log` has given to the unfinished epoch. */
  readonly logged: Readonly<Record<string, number>>;
  /** The last validation, when it was in the unfinished epoch. */
  readonly validation: Evaluation;
  /** The step after which that was; -1 where there was none. */
  readonly validatedAtStep: number;
  /** JSON part of each plugin's state, by plugin name. */
  readonly plugins: Readonly<Record<string, unknown>>;
  /** `parameters/...`, `variables/...`, `slots/...`, `plugins/<name>/...`, `saved/<plugin>/...`. */
  readonly arrays: HostArrays;
}

/** The tensors of a checkpoint that belong to the step's state. */
export function stepStateOf(saved: Checkpoint): HostArrays {
  const names = Object.keys(saved.arrays).filter((name) => !name.startsWith('saved/'));
  return Object.fromEntries(names.map((name) => [name, saved.arrays[name]!]));
}
