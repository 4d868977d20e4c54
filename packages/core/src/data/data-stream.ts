import type { ArraySpec, HostBatch } from './dataset.js';

/** Where an epoch over a stream begins. */
export interface StreamStart {
  /** Seed of the run. */
  readonly seed: number;
  /** Number of the epoch, from 0. */
  readonly epoch: number;
  /** Number of the first example to give; 0 unless the stream is `seekable`. */
  readonly start: number;
}

/** What a stream gives: some examples at a time, at once or later; it may use their memory again for the next ones. An iterator, an async one, or a generator's object. */
export interface StreamReader {
  next(): IteratorResult<HostBatch, unknown> | Promise<IteratorResult<HostBatch, unknown>>;
  /** Called once when the reader is left before its end, to release files and connections. */
  return?(value?: unknown): unknown;
}

/**
 * Examples one after the other, of a number that need not be known: a source that can be opened again from its beginning.
 *
 * Opened with the same seed and epoch it must give the same examples: a run that goes on in the middle of an epoch reads it
 * again up to where it stood, or seeks. How many come at a time is the source's own affair; batches are cut from them.
 */
export interface DataStream {
  readonly inputs: Readonly<Record<string, ArraySpec>>;
  readonly targets: Readonly<Record<string, ArraySpec>>;
  /** Names of the classes, in label order, where there are any. */
  readonly classNames?: readonly string[];
  /** Number of examples of an epoch, where it is known; another number of them is then an error. */
  readonly size?: number;
  /** Examples that are kept to draw from at random; 1 keeps the source's order. Default 1. */
  readonly shuffleBuffer?: number;
  /** Batches that are made ahead where the source answers later. Default 1. */
  readonly prefetch?: number;
  /** Whether `open` can begin at any example. Default false. */
  readonly seekable?: boolean;
  /** Begins an epoch. */
  open(start: StreamStart): StreamReader;
}
