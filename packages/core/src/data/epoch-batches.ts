import type { HostBatch } from './dataset.js';
import type { Sampler } from './sampler.js';

/** Where an epoch stands: what a checkpoint keeps to go on from. */
export interface EpochPosition {
  /** Examples handed out. */
  readonly examples: number;
  /** Examples taken from a stream, those in its shuffle buffer included. Default: as many as handed out. */
  readonly read?: number;
}

/** Batches of an epoch that lie one after the other. */
export interface BatchBlock {
  /** The examples of all of them. */
  readonly examples: HostBatch;
  /** How many. */
  readonly batches: number;
}

/** The batches of one epoch, whatever kind of data they come from. */
export interface EpochBatches {
  /** Number of batches of the whole epoch; `undefined` for a stream that does not know. */
  readonly length: number | undefined;
  /** The next batch, the receiver's to keep; `undefined` at the end. One call at a time. At once where the data allow it. */
  next(): HostBatch | undefined | Promise<HostBatch | undefined>;
  /**
   * The block that the next batch lies in, and its place there. It holds whole batches only; `undefined` where the next is short, or
   * the data are not in memory. Nothing is handed out by asking.
   */
  block?(): { readonly block: BatchBlock; readonly at: number } | undefined;
  /** Hands out the next batches of a block, so many, which the caller has. */
  advance?(batches: number): void;
  /** After the batches handed out so far; batches that were made ahead do not count. */
  readonly position: EpochPosition;
  /** Ends the epoch early or late; a source is told. Must be called, also after an error. */
  close(): void | Promise<void>;
}

/** How an epoch is cut into batches. */
export interface EpochOptions {
  /** Examples in a batch, >= 1. */
  readonly batchSize: number;
  /** Seed of the run. */
  readonly seed: number;
  /** Number of the epoch, from 0. */
  readonly epoch: number;
  /** Random order. Default: true for a data set; for a stream, whether it has a shuffle buffer. */
  readonly shuffle?: boolean | undefined;
  /** Which examples of a data set; in place of `shuffle`. */
  readonly sampler?: Sampler | undefined;
  /** Leaves out a last batch that is short. Default false. */
  readonly dropLast?: boolean | undefined;
  /** Goes on from here. */
  readonly position?: EpochPosition | undefined;
}
