import type { DataStream } from './data-stream.js';
import type { HostBatch } from './dataset.js';
import { fail } from '../errors.js';
import type { EpochBatches, EpochOptions, EpochPosition } from './epoch-batches.js';
import { type ExampleRef, joinExamples } from './join-examples.js';
import { isPromise, type MaybePromise } from './maybe-promise.js';
import { stream as randomStream } from '../random.js';
import { ReadAhead } from './read-ahead.js';
import { ShuffleBuffer } from './shuffle-buffer.js';
import { StreamReading } from './stream-reading.js';

interface Made {
  readonly batch: HostBatch;
  readonly position: EpochPosition;
}

/** The batches of an epoch over a stream, drawn from a buffer where it is to be shuffled. */
export class StreamBatches implements EpochBatches {
  readonly length: number | undefined;
  readonly #reading: StreamReading;
  readonly #buffer: ShuffleBuffer<ExampleRef>;
  /** Places in the buffer of the examples that a resumed epoch must find again, by their number. */
  readonly #wanted: Map<number, number>;
  /** Examples before this one were read by the epoch that is resumed; those that are not wanted were handed out. */
  readonly #readBefore: number;
  readonly #batchSize: number;
  readonly #dropLast: boolean;
  readonly #ahead: ReadAhead<Made>;
  #picked: ExampleRef[] = [];
  #drawn: number;
  #position: EpochPosition;

  constructor(
    data: DataStream,
    options: EpochOptions & {
      readonly dropLast: boolean;
      readonly shuffleBuffer: number;
      readonly length: number | undefined;
    },
  ) {
    const { batchSize, seed, epoch, dropLast, shuffleBuffer, position = { examples: 0 } } = options;
    this.length = options.length;
    this.#batchSize = batchSize;
    this.#dropLast = dropLast;
    this.#position = position;
    this.#drawn = position.examples;
    this.#readBefore = position.read ?? position.examples;
    const random = randomStream(seed, 'shuffle', epoch);
    const before = new ShuffleBuffer<number>(shuffleBuffer, random);
    replay(before, position.examples, this.#readBefore);
    this.#wanted = new Map(before.items.map((example, place) => [example, place]));
    this.#buffer = new ShuffleBuffer(shuffleBuffer, random);
    const start = data.seekable
      ? before.items.reduce((least, example) => Math.min(least, example), this.#readBefore)
      : 0;
    this.#reading = new StreamReading(data, { seed, epoch, start });
    this.#ahead = new ReadAhead(() => this.#make(), data.prefetch ?? 1, false);
  }

  get position(): EpochPosition {
    return this.#position;
  }

  next(): MaybePromise<HostBatch | undefined> {
    const made = this.#ahead.next();
    return isPromise(made) ? made.then((later) => this.#give(later)) : this.#give(made);
  }

  async close(): Promise<void> {
    await this.#ahead.close();
    await this.#reading.close();
  }

  #give(made: Made | undefined): HostBatch | undefined {
    if (made) this.#position = made.position;
    return made?.batch;
  }

  #make(): MaybePromise<Made | undefined> {
    while (this.#picked.length < this.#batchSize) {
      const filling = this.#fill();
      if (filling) return filling.then(() => this.#make());
      if (this.#buffer.items.length === 0) break;
      this.#picked.push(this.#buffer.draw());
      this.#drawn++;
    }
    const examples = this.#picked;
    this.#picked = [];
    if (examples.length === 0 || (this.#dropLast && examples.length < this.#batchSize)) {
      if (this.#drawn === examples.length) noWholeBatch(examples.length, this.#batchSize);
      return undefined;
    }
    return {
      batch: joinExamples(examples),
      position: { examples: this.#drawn, read: this.#reading.position },
    };
  }

  /** Fills the buffer as far as the source goes; a promise where it must be waited for, and then called again. */
  #fill(): void | Promise<void> {
    const { items } = this.#buffer;
    while (!this.#reading.ended && (!this.#buffer.isFull || this.#reading.position < this.#readBefore)) {
      const number = this.#reading.position;
      const example = this.#reading.take();
      if (!example) {
        const more = this.#reading.advance();
        if (more) return more;
      } else if (number >= this.#readBefore) {
        items.push(example);
      } else {
        const place = this.#wanted.get(number);
        if (place !== undefined) items[place] = example;
      }
    }
    if (this.#reading.position < this.#readBefore) {
      fail(
        'invalid-data',
        'data-stream',
        `the stream ended after ${this.#reading.position} examples; the epoch that goes on here had read ` +
          `${this.#readBefore}. Its source must give the same at each opening.`,
      );
    }
  }
}

function noWholeBatch(examples: number, batchSize: number): never {
  return fail(
    'invalid-data',
    'data-stream',
    `dropLast leaves nothing of the ${examples} examples of the stream in batches of ${batchSize}; use a smaller batchSize.`,
  );
}

/** Brings a buffer of example numbers to where it stood when so many had been drawn and so many read. */
function replay(buffer: ShuffleBuffer<number>, drawn: number, read: number): void {
  let next = 0;
  for (let i = 0; i < drawn; i++) {
    while (!buffer.isFull && next < read) buffer.items.push(next++);
    buffer.draw();
  }
  while (!buffer.isFull && next < read) buffer.items.push(next++);
}
