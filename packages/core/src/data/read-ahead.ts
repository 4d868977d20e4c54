import { isPromise, type MaybePromise } from './maybe-promise.js';

/**
 * Makes values ahead of their use where they come later; those that come at once are made when they are asked for.
 *
 * `make` gives `undefined` at the end. What it throws is thrown when that value's turn comes, and ends the sequence.
 */
export class ReadAhead<T> {
  readonly #make: () => MaybePromise<T | undefined>;
  readonly #ahead: number;
  readonly #parallel: boolean;
  readonly #pending: Promise<T | undefined>[] = [];
  #ended = false;

  /**
   * @param ahead Number of values that are under way beside the one that is waited for.
   * @param parallel Whether `make` may be called again before its last promise is fulfilled.
   */
  constructor(make: () => MaybePromise<T | undefined>, ahead: number, parallel: boolean) {
    this.#make = make;
    this.#ahead = ahead;
    this.#parallel = parallel;
  }

  next(): MaybePromise<T | undefined> {
    if (this.#pending.length === 0) {
      if (this.#ended) return undefined;
      const made = this.#first();
      if (!isPromise(made)) return made;
      void this.#keep(made);
    }
    const first = this.#pending.shift()!;
    this.#fill(first);
    return first;
  }

  /** Makes nothing more, and waits for what is under way. */
  close(): void | Promise<void> {
    this.#ended = true;
    if (this.#pending.length > 0) return Promise.allSettled(this.#pending.splice(0)).then(() => undefined);
  }

  #first(): MaybePromise<T | undefined> {
    // What throws here ends the sequence, too.
    this.#ended = true;
    const made = this.#make();
    this.#ended = made === undefined;
    return made;
  }

  #fill(before: Promise<T | undefined>): void {
    let last = this.#pending.at(-1) ?? before;
    while (!this.#ended && this.#pending.length < this.#ahead) {
      last = this.#keep(
        this.#parallel
          ? this.#now()
          : last.then(
              () => this.#now(),
              () => undefined,
            ),
      );
    }
  }

  async #now(): Promise<T | undefined> {
    return this.#ended ? undefined : this.#make();
  }

  #keep(made: Promise<T | undefined>): Promise<T | undefined> {
    const kept = made.then(
      (value) => {
        if (value === undefined) this.#ended = true;
        return value;
      },
      (error: unknown) => {
        this.#ended = true;
        throw error;
      },
    );
    // The error is the receiver's, when it comes to it; until then it is nobody's unhandled one.
    kept.catch(() => undefined);
    this.#pending.push(kept);
    return kept;
  }
}
