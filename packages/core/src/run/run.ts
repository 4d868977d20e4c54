import type { HostArrays } from '../data/arrays.js';
import type { Checkpoint } from './checkpoint.js';
import type { RunRecord } from './record.js';

/** Which values of a metric are better. */
export type Direction = 'lower' | 'higher';

/** How a run is stopped. */
export interface StopOptions {
  /** An interruption, as by Ctrl-C: at once, and a run that resumes from a checkpoint of then trains on. Default false. */
  readonly resumable?: boolean;
}

/** What steps change, as it was at one moment of a run. */
export interface Snapshot {
  readonly epoch: number;
  readonly step: number;
  /** Weights, optimizer slots and the tensors of plugins, by their names in a checkpoint. */
  readonly arrays: HostArrays;
  /** Sums of the epoch up to then. */
  readonly totals: Readonly<Record<string, readonly number[]>>;
}

/** A run as its plugins see it: they can look and ask, never seize. */
export interface Run {
  readonly seed: number;
  /** The current epoch, from 0. */
  readonly epoch: number;
  /** Epochs that `fit` was asked for, in all; `Infinity` where steps or seconds alone bound it. */
  readonly epochs: number;
  /** Whole steps done over the run. */
  readonly step: number;
  /** Whole steps done in this epoch. */
  readonly stepInEpoch: number;
  /** Steps of the current epoch; `Infinity` where the data do not say how many they are. */
  readonly stepsPerEpoch: number;
  /** Names that the epoch's logs will have, e.g. `loss`, `accuracy`, `val_loss`. */
  readonly metricNames: readonly string[];
  readonly record: RunRecord;
  /** The rate of the next step: schedule times all factors. */
  readonly learningRate: number;
  /** Set once somebody asked to stop. */
  readonly stopReason: string | undefined;

  /** Which values of a metric of this run are better; `undefined` where the metric does not say, or somebody only logs it. */
  directionOf(metric: string): Direction | undefined;
  /**
   * Asks to stop after the current step. The first reason counts. A run that was ended so, not before `minEpochs` and `minSteps`, stays
   * ended: resumed from a checkpoint of then, it trains no further.
   */
  stop(reason: string, options?: StopOptions): void;
  /** Sets `owner`'s factor of the learning rate: rate = schedule x product of all factors. Must be >= 0. */
  scaleLearningRate(owner: string, factor: number): void;
  /** Adds a number to the logs of the current epoch. */
  log(name: string, value: number): void;
  /** Adds a remark to the run's record. */
  note(source: string, message: string): void;
  /**
   * A copy of all weights, by parameter name, trainable or not.
   *
   * @param as `trained` (default): those that the next step starts from; `evaluated`: those that validation uses, where a plugin
   *   such as `ema` has it use others.
   */
  getWeights(as?: 'trained' | 'evaluated'): Promise<HostArrays>;
  /** Puts weights back; names and shapes must be the model's. Takes effect before the next step. */
  setWeights(weights: HostArrays): Promise<void>;
  /** A copy of the tensors that a plugin's `stepState` carries, by the names that it gave them. */
  stepState(plugin: string): Promise<HostArrays>;
  /**
   * Gives a plugin's `stepState` other tensors, some or all of them, for the next step: what is decided between steps and used
   * inside them, as a mask. Names and shapes must be those that it has.
   */
  setStepState(plugin: string, tensors: HostArrays): Promise<void>;
  /**
   * Writes the run's weights into the model's own variables, for whoever calls the model itself. The run does so before
   * `onValidationEnd` and `onEpochEnd`, and when it ends.
   */
  syncModel(): Promise<void>;
  /** A copy of what steps change, to roll back to. */
  snapshot(): Promise<Snapshot>;
  /**
   * Puts weights, optimizer slots and the tensors of plugins back to what they were. Counters and data go on: the run does not meet
   * the same batches again. The numbers of this epoch are those up to then, or none where that was in another epoch.
   */
  rollBack(to: Snapshot): Promise<void>;
  /** The whole state of the run, from which another process can go on bit for bit. */
  checkpoint(): Promise<Checkpoint>;
}
