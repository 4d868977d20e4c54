import type { HostArrays } from '../data/arrays.js';
import type { Checkpoint } from './checkpoint.js';
import type { RunRecord } from './record.js';

/** Which values of a metric are better. */
export type Direction = 'lower' | 'higher';

/** A run as its plugins see it: they can look and ask, never seize. */
export interface Run {
  readonly seed: number;
  /** The current epoch, from 0. */
  readonly epoch: number;
  /** Epochs that `fit` was asked for, in all. */
  readonly epochs: number;
  /** Whole steps done over the run. */
  readonly step: number;
  /** Whole steps done in this epoch. */
  readonly stepInEpoch: number;
  readonly stepsPerEpoch: number;
  /** Names that the epoch's logs will have, e.g. `loss`, `accuracy`, `val_loss`. */
  readonly metricNames: readonly string[];
  readonly record: RunRecord;
  /** The rate of the next step: schedule times all factors. */
  readonly learningRate: number;
  /** Set once somebody asked to stop. */
  readonly stopReason: string | undefined;

  /** Asks to stop after the current step. The first reason counts. */
  stop(reason: string): void;
  /** Sets `owner`'s factor of the learning rate: rate = schedule x product of all factors. Must be >= 0. */
  scaleLearningRate(owner: string, factor: number): void;
  /** Adds a number to the logs of the current epoch. */
  log(name: string, value: number): void;
  /** Adds a remark to the run's record. */
  note(source: string, message: string): void;
  /** A copy of all weights, by parameter name, trainable or not. */
  getWeights(): Promise<HostArrays>;
  /** Puts weights back; names and shapes must be the model's. Takes effect before the next step. */
  setWeights(weights: HostArrays): Promise<void>;
  /** The whole state of the run, from which another process can go on bit for bit. */
  checkpoint(): Promise<Checkpoint>;
}
