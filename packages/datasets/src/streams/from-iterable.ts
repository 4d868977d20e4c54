import type {
  ArraySpec,
  DataStream,
  HostBatch,
  OptionValues,
  StreamReader,
  StreamStart,
} from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
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
  if (typeof open !== 'function') {
    checkOptions(SCOPE).fail('open', 'a function that gives an iterable', open);
  }
  const { batched, seekable, ...stream } = readOptions(SCOPE, options, {
    ...STREAM_RULES,
    batched: option.boolean({ default: false }),
    seekable: option.boolean({ default: false }),
  }).values;
  const { inputs, targets, described } = describeStream(SCOPE, stream);
  const as: ReadExamples = { scope: SCOPE, inputs, targets, batched };
  return {
    ...described,
    seekable,
    open: (start) => reader(iteratorOf(open(start)), as, start.start),
  };
}

// What specs may be is told where they are read, by their names.
const specsRule = option.custom<ValueSpec | ValueSpecs, { readonly optional: true }>({
  expected: '{ shape, dtype }, or several by name',
  accepts: (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0,
  optional: true,
});

/** What {@link StreamOptions} may be. */
export const STREAM_RULES = {
  inputs: specsRule,
  targets: specsRule,
  classNames: option.names({ optional: true }),
  size: option.integer({ min: 1, optional: true }),
  shuffleBuffer: option.integer({ min: 1, default: 1 }),
  prefetch: option.integer({ min: 0, default: 1 }),
};

/** Specs of a stream with their scales, and what it is without its source. */
export function describeStream(
  scope: string,
  {
    inputs: x,
    targets: y,
    classNames,
    size,
    shuffleBuffer,
    prefetch,
  }: OptionValues<StreamOptions, typeof STREAM_RULES>,
): { inputs: ValueSpecs; targets: ValueSpecs; described: Omit<DataStream, 'open' | 'seekable'> } {
  const inputs = specsByName(scope, 'inputs', 'input', x);
  const targets = specsByName(scope, 'targets', 'target', y);
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
