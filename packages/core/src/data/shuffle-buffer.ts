import type { RandomStream } from '../random.js';

/**
 * Draws at random from the items that are in it; a drawn one's place is taken by the last one. With capacity 1 the order stays.
 *
 * Which places are drawn depends on the random stream and on how full the buffer is, not on what is in it.
 */
export class ShuffleBuffer<T> {
  readonly items: T[];
  readonly #capacity: number;
  readonly #random: RandomStream;

  constructor(capacity: number, random: RandomStream, items: T[] = []) {
    this.#capacity = capacity;
    this.#random = random;
    this.items = items;
  }

  get isFull(): boolean {
    return this.items.length >= this.#capacity;
  }

  /** Takes an item out. The buffer must have one. */
  draw(): T {
    const { items } = this;
    const at = this.#capacity > 1 ? this.#random.integer(items.length) : 0;
    const drawn = items[at]!;
    const last = items.pop()!;
    if (at < items.length) items[at] = last;
    return drawn;
  }
}
