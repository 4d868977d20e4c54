import { sizeOf } from './arrays.js';
import { checkBatch, examplesIn } from './check-batch.js';
import type { Dataset, HostBatch } from './dataset.js';
import type { BatchBlock, EpochBatches, EpochOptions, EpochPosition } from './epoch-batches.js';
import { fail } from '../errors.js';
import { isPromise, type MaybePromise } from './maybe-promise.js';
import { shareMemory } from './own-memory.js';
import { ReadAhead } from './read-ahead.js';
import { drawOrder, givenOrder, type Sampler } from './sampler.js';

/** Numbers in a block, about. */
const BLOCK = 2 ** 20;

/** The batches of an epoch over a data set. */
export class DatasetBatches implements EpochBatches {
  readonly length: number;
  readonly #data: Dataset;
  readonly #order: Uint32Array;
  readonly #end: number;
  readonly #batchSize: number;
  readonly #ahead: ReadAhead<HostBatch>;
  /** The last one that came later. */
  #before: HostBatch | undefined;
  #asked: number;
  #given: number;
  #block: BatchBlock | undefined;
  /** The first example of the block, by its place in the order. */
  #blockStart = 0;

  constructor(data: Dataset, options: EpochOptions & { readonly sampler: Sampler }) {
    const { batchSize, seed, epoch, shuffle = true, sampler, dropLast, position } = options;
    this.#data = data;
    this.#order = drawOrder(shuffle ? sampler : givenOrder, data.size, { seed, epoch });
    this.#batchSize = batchSize;
    const { length } = this.#order;
    this.#end = dropLast ? length - (length % batchSize) : length;
    this.length = Math.ceil(this.#end / batchSize);
    this.#asked = this.#given = position?.examples ?? 0;
    this.#ahead = new ReadAhead(() => this.#fetch(), data.prefetch ?? 1, true);
  }

  get position(): EpochPosition {
    return { examples: this.#given };
  }

  next(): MaybePromise<HostBatch | undefined> {
    const batch = this.#ahead.next();
    return isPromise(batch) ? batch.then((fetched) => this.#give(fetched)) : this.#give(batch);
  }

  block(): { readonly block: BatchBlock; readonly at: number } | undefined {
    const known = this.#block;
    const at = (this.#given - this.#blockStart) / this.#batchSize;
    if (known && at < known.batches) return { block: known, at };
    const left = Math.floor((this.#end - this.#given) / this.#batchSize);
    const { inMemory, inputs } = this.#data;
    if (!(inMemory ?? this.#data.arrays) || left === 0 || this.#asked !== this.#given) return undefined;
    const numbers = Object.values(inputs).reduce((sum, { shape }) => sum + sizeOf(shape), 1);
    const batches = Math.min(left, Math.max(1, Math.floor(BLOCK / numbers / this.#batchSize)));
    const from = this.#given;
    const to = from + batches * this.#batchSize;
    const examples = this.#data.batch(this.#order.slice(from, to));
    if (isPromise(examples)) {
      // Not as it says: its batches come one by one, each with its own error.
      examples.catch(() => undefined);
      return undefined;
    }
    this.#block = { examples: this.#checked(examples, from, to), batches };
    this.#blockStart = from;
    return { block: this.#block, at: 0 };
  }

  advance(batches: number): void {
    this.#asked = this.#given += batches * this.#batchSize;
  }

  close(): void | Promise<void> {
    return this.#ahead.close();
  }

  #give(batch: HostBatch | undefined): HostBatch | undefined {
    if (batch) this.#given += examplesIn(batch);
    return batch;
  }

  #fetch(): MaybePromise<HostBatch | undefined> {
    const from = this.#asked;
    if (from >= this.#end) return undefined;
    const to = (this.#asked = Math.min(this.#end, from + this.#batchSize));
    const batch = this.#data.batch(this.#order.slice(from, to));
    return isPromise(batch)
      ? batch.then((fetched) => this.#alone(this.#checked(fetched, from, to)))
      : this.#checked(batch, from, to);
  }

  /** Of batches that come later several are under way at once. */
  #alone(batch: HostBatch): HostBatch {
    if (this.#before && shareMemory(this.#before, batch)) {
      fail(
        'invalid-data',
        'data-set',
        'batch() of the data set answers later and gave two batches in the same memory, the second over the first; give each memory of its own.',
      );
    }
    return (this.#before = batch);
  }

  #checked(batch: HostBatch, from: number, to: number): HostBatch {
    checkBatch(
      this.#data,
      batch,
      to - from,
      () => `batch() of the data set, asked for ${to - from} examples,`,
    );
    return batch;
  }
}
