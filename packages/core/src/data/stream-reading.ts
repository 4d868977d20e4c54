import { checkBatch, examplesIn } from './check-batch.js';
import type { HostBatch } from './dataset.js';
import type { DataStream, StreamReader } from './data-stream.js';
import { EspalierError, isEspalierError } from '../errors.js';
import type { ExampleRef } from './join-examples.js';
import { isPromise } from './maybe-promise.js';
import { ownMemory } from './own-memory.js';

/** Takes the examples of an opened stream one by one, in the order of its source, and refuses what it did not announce. */
export class StreamReading {
  readonly #stream: DataStream;
  readonly #open: () => StreamReader;
  #reader: StreamReader | undefined;
  #batch: HostBatch | undefined;
  #row = 0;
  #count = 0;
  #ended = false;
  /** Number of the next example, in the source's order. */
  position: number;

  /** @param start Where to begin; nothing is opened yet. */
  constructor(
    stream: DataStream,
    start: { readonly seed: number; readonly epoch: number; readonly start: number },
  ) {
    this.#stream = stream;
    this.#open = () => stream.open(start);
    this.position = start.start;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The next example; `undefined` where `advance` must be called, or the source has ended. */
  take(): ExampleRef | undefined {
    if (this.#row === this.#count) return undefined;
    this.position++;
    return { of: this.#batch!, row: this.#row++ };
  }

  /** Gets more examples from the source; nothing may be left of the last ones. */
  advance(): void | Promise<void> {
    const next = this.#guarded(() => {
      this.#reader ??= this.#opened();
      return this.#reader.next();
    });
    if (!isPromise(next)) return this.#accept(next);
    return next.then(
      (result) => this.#accept(result),
      (error: unknown) => this.#fail(error),
    );
  }

  /** Leaves the source; it is told where it has not ended by itself. */
  async close(): Promise<void> {
    const reader = this.#ended ? undefined : this.#reader;
    this.#ended = true;
    this.#reader = undefined;
    await reader?.return?.();
  }

  #opened(): StreamReader {
    const reader: unknown = this.#open();
    if (typeof (reader as StreamReader | undefined)?.next !== 'function') {
      this.#refuse(`open() must give an iterator with next(), got ${typeof reader}`);
    }
    return reader as StreamReader;
  }

  #accept(result: IteratorResult<HostBatch, unknown>): void {
    if (typeof result !== 'object' || result === null) this.#refuse('next() must give { value, done }');
    if (result.done) return this.#end();
    const batch = result.value;
    const count = typeof batch?.inputs === 'object' ? examplesIn(batch) : 0;
    checkBatch(this.#stream, batch, count, () => `the stream's batch from example ${this.position} on`);
    // Examples are kept while more are read.
    this.#batch = ownMemory(batch);
    this.#row = 0;
    this.#count = count;
    const { size } = this.#stream;
    if (size !== undefined && this.position + count > size) {
      this.#refuse(`it says that it has ${size} examples, got ${this.position + count} or more`);
    }
  }

  #end(): void {
    this.#ended = true;
    const { size } = this.#stream;
    if (size !== undefined && this.position < size) {
      this.#refuse(`it says that it has ${size} examples and ended after ${this.position}`);
    }
    if (this.position === 0) {
      this.#refuse(
        'it gave no examples; open() must begin again at each call: a used generator has nothing left, a filter may leave nothing',
      );
    }
  }

  #guarded<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      return this.#fail(error);
    }
  }

  #refuse(problem: string): never {
    throw new EspalierError({
      code: 'invalid-data',
      scope: 'data-stream',
      message: `the stream is at fault: ${problem}.`,
    });
  }

  #fail(cause: unknown): never {
    // A source that has thrown has ended: it is not told to return.
    this.#ended = true;
    if (isEspalierError(cause)) throw cause;
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new EspalierError({
      code: 'invalid-data',
      scope: 'data-stream',
      message: `the source of the stream failed after ${this.position} examples: ${detail}`,
      cause,
    });
  }
}
