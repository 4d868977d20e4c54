import type { ArraySpec, DataStream, HostBatch, StreamReader, StreamStart } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { describe, examplesIn, isPromise } from '@espalier/core/internal';
import type { ExampleSource, ReadExamples, ValueSpec, ValueSpecs } from '../examples.js';
import { readExamples, specsByName } from '../examples.js';
import { invalidData } from '../invalid-data.js';

const SCOPE = 'from-iterable';

/** What a stream says of its examples, and how it is read. */
export interface StreamOptions {
  /** What the input of one example is, or by the names of the model's inputs. */
  readonly inputs: ValueSpec | ValueSpecs;
  /** What the target of one example is, or by the names of the model's outputs. */
  readonly targets: ValueSpec | ValueSpecs;
  /** Names of the classes in label order. */
  readonly classNames?: readonly string[];
  /** Number of examples of an epoch, where it is known; another number is then an error. */
  readonly size?: number;
  /** Examples that are kept to draw from at random, >= 1; 1 keeps the source's order. Default 1. */
  readonly shuffleBuffer?: number;
  /** Batches that are made ahead where the source answers later, >= 0. Default 1. */
  readonly prefetch?: number;
}

/** Options of {@link fromIterable}. */
export interface FromIterableOptions extends StreamOptions {
  /** The source gives several examples at a time, arrays `[n, ...]`. Default false. */
  readonly batched?: boolean;
  /** The source begins at the example that it is told, so that a resumed run need not read all of them. Default false. */
  readonly seekable?: boolean;
}

/**
 * A stream from a function that gives an iterable: an array, a generator, an async generator, a reader of lines.
 *
 * The function is called at the begin of each epoch and must give the same examples for the same `{ seed, epoch }`: an
 * iterator that was used before has nothing left, which is refused. With a `shuffleBuffer` examples are drawn from the last
 * ones that were read, by the run's own seed. A run that goes on in the middle of an epoch reads the source again up to there,
 * or lets it begin at `start` where it is `seekable`. A loop that ends early calls the iterator's `return()`, so a
 * generator's `finally` runs.
 *
 * @param open Called with `{ seed, epoch, start }`; `start` is 0 unless `seekable`.
 * @param options See {@link FromIterableOptions}. A single input is called `input`, a single target `target`.
 * @returns A stream for `fit`, `evaluate` and {@link batches}.
 * @throws EspalierError `invalid-option`; while it is read `invalid-data`, with the number of the example, for what is not as
 *   announced, and for what the source throws.
 * @example
 * ```ts
 * const squares = fromIterable(
 *   function* () {
 *     for (let i = 0; i < 1000; i++) yield { inputs: [i / 1000], targets: [(i / 1000) ** 2] };
 *   },
 *   { inputs: { shape: [1], dtype: 'float32' }, targets: { shape: [1], dtype: 'float32' }, shuffleBuffer: 100 },
 * );
 * ```
 */
export function fromIterable(
  open: (start: StreamStart) => Iterable<ExampleSource> | AsyncIterable<ExampleSource>,
  options: FromIterableOptions,
): DataStream {
  const { batched = false, seekable = false } = options ?? {};
  const check = checkOptions(SCOPE);
  if (typeof open !== 'function') check.fail('open', 'a function that gives an iterable', open);
  check.boolean('batched', batched);
  check.boolean('seekable', seekable);
  const { inputs, targets, described } = describeStream(SCOPE, options);
  const as: ReadExamples = { scope: SCOPE, inputs, targets, batched };
  return {
    ...described,
    seekable,
    open: (start) => reader(iteratorOf(open(start)), as, start.start),
  };
}

/** Checks the options of a stream; its specs with their scales, and what it is without its source. */
export function describeStream(
  scope: string,
  options: StreamOptions,
): { inputs: ValueSpecs; targets: ValueSpecs; described: Omit<DataStream, 'open' | 'seekable'> } {
  const { classNames, size, shuffleBuffer = 1, prefetch = 1 } = options ?? {};
  const check = checkOptions(scope);
  const inputs = specsByName(scope, 'inputs', 'input', options?.inputs);
  const targets = specsByName(scope, 'targets', 'target', options?.targets);
  if (size !== undefined) check.integer('size', size, { min: 1 });
  check.integer('shuffleBuffer', shuffleBuffer, { min: 1 });
  check.integer('prefetch', prefetch, { min: 0 });
  return {
    inputs,
    targets,
    described: {
      inputs: plainSpecs(inputs),
      targets: plainSpecs(targets),
      ...(classNames && { classNames: Object.freeze([...classNames]) }),
      ...(size !== undefined && { size }),
      shuffleBuffer,
      prefetch,
    },
  };
}

function plainSpecs(specs: ValueSpecs): Readonly<Record<string, ArraySpec>> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape, dtype }]) => [name, { shape: [...shape], dtype }]),
  );
}

type Source = Iterator<ExampleSource> | AsyncIterator<ExampleSource>;

function iteratorOf(iterable: Iterable<ExampleSource> | AsyncIterable<ExampleSource>): Source {
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = (iterable ??
    {}) as AsyncIterable<ExampleSource> & Iterable<ExampleSource>;
  const begin = later ?? now;
  if (typeof begin !== 'function') {
    invalidData(
      SCOPE,
      `open must give an iterable, got ${describe(iterable)}; write function* () { yield ... }.`,
    );
  }
  return begin.call(iterable) as Source;
}

function reader(source: Source, as: ReadExamples, start: number): StreamReader {
  let next = start;
  const convert = (result: IteratorResult<ExampleSource, unknown>): IteratorResult<HostBatch, unknown> => {
    if (result.done) return result;
    const value = readExamples(result.value, as, next);
    next += examplesIn(value);
    return { value, done: false };
  };
  return {
    next() {
      const result = source.next();
      return isPromise(result)
        ? result.then(convert)
        : convert(result as IteratorResult<ExampleSource, unknown>);
    },
    return: () => source.return?.(),
  };
}
