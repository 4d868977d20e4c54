import { stream } from '../random.js';

/**
 * The numbers of the examples of each batch of an epoch: a pure function of seed and epoch, so that a run can go on in the
 * middle of one.
 */
export class BatchOrder {
  readonly #order: Uint32Array;
  readonly #batchSize: number;

  constructor(size: number, batchSize: number, shuffle?: { readonly seed: number; readonly epoch: number }) {
    this.#order = shuffle
      ? stream(shuffle.seed, 'shuffle', shuffle.epoch).permutation(size)
      : Uint32Array.from({ length: size }, (_, i) => i);
    this.#batchSize = batchSize;
  }

  /** Number of batches; the last may be short. */
  get length(): number {
    return Math.ceil(this.#order.length / this.#batchSize);
  }

  /** The examples of batch `index`. */
  at(index: number): Uint32Array {
    return this.#order.slice(index * this.#batchSize, (index + 1) * this.#batchSize);
  }
}
