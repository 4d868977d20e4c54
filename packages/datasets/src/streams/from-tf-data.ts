import type { DataStream, HostBatch } from '@espalier/core';
import { checkOptions, readOptions, sizeOf } from '@espalier/core';
import { describe, examplesIn } from '@espalier/core/internal';
import type { ExampleSource, ExampleValues, ValueSpecs } from '../examples.js';
import { readExamples } from '../examples.js';
import { invalidData } from '../invalid-data.js';
import type { NumberArray } from '../number-array.js';
import type { StreamOptions } from './from-iterable.js';
import { describeStream, STREAM_RULES } from './from-iterable.js';

const SCOPE = 'from-tf-data';

/** What is needed of a `tf.data.Dataset`. */
export interface TfDataset {
  iterator(): Promise<{ next(): Promise<{ readonly value: unknown; readonly done?: boolean | undefined }> }>;
}

/** Options of {@link fromTfData}. */
export type FromTfDataOptions = StreamOptions;

/**
 * A stream from a `tf.data.Dataset` of `@tensorflow/tfjs-data`, whose elements are `{ xs, ys }` as for `fitDataset`.
 *
 * `xs` and `ys` are tensors, numbers, lists or typed arrays, or several by name; with one dimension more than announced they
 * are batches, which are taken apart and cut again. Tensors are read and disposed. Order a stream by `shuffleBuffer`: the
 * shuffling of `tf.data` is the same in two runs only where it was given a seed, and never the same in two epochs.
 *
 * @param dataset Opened again for each epoch.
 * @param options See {@link StreamOptions}: `tf.data` does not know shapes and dtypes before it is read.
 * @throws EspalierError `invalid-option`; while it is read `invalid-data` for elements that are not as announced.
 * @example
 * ```ts
 * const flowers = (dataset: TfDataset) =>
 *   fromTfData(dataset, {
 *     inputs: { shape: [4], dtype: 'float32' },
 *     targets: { shape: [], dtype: 'int32' },
 *     shuffleBuffer: 150,
 *   });
 * ```
 */
export function fromTfData(dataset: TfDataset, options: FromTfDataOptions): DataStream {
  if (typeof dataset?.iterator !== 'function') {
    checkOptions(SCOPE).fail('dataset', 'a tf.data.Dataset with iterator()', dataset);
  }
  const { inputs, targets, described } = describeStream(
    SCOPE,
    readOptions(SCOPE, options, STREAM_RULES).values,
  );
  return {
    ...described,
    async *open() {
      const elements = await dataset.iterator();
      let from = 0;
      for (;;) {
        const { value, done } = await elements.next();
        if (done) return;
        const batch = await readElement(value, inputs, targets, from);
        from += examplesIn(batch);
        yield batch;
      }
    },
  };
}

interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

async function readElement(
  value: unknown,
  inputs: ValueSpecs,
  targets: ValueSpecs,
  from: number,
): Promise<HostBatch> {
  const element = value as { readonly xs?: unknown; readonly ys?: unknown } | undefined;
  const tensors = [...tensorsIn(element?.xs), ...tensorsIn(element?.ys)];
  try {
    if (element?.xs === undefined || element.ys === undefined) {
      invalidData(SCOPE, `element from example ${from} on must be { xs, ys }, got ${describe(value)}.`);
    }
    const rank = rankOf(element.xs);
    const announced = Object.values(inputs)[0]!.shape.length;
    const batched = rank !== undefined && rank === announced + 1;
    const item: ExampleSource = { inputs: await plain(element.xs), targets: await plain(element.ys) };
    checkShapes(element.xs, inputs, batched, from);
    return readExamples(item, { scope: SCOPE, inputs, targets, batched }, from);
  } finally {
    for (const tensor of tensors) tensor.dispose();
  }
}

function isTensor(value: unknown): value is TensorLike {
  return (
    typeof value === 'object' && value !== null && 'shape' in value && 'data' in value && 'dispose' in value
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !isTensor(value)
  );
}

function tensorsIn(value: unknown): TensorLike[] {
  return (isRecord(value) ? Object.values(value) : [value]).filter(isTensor);
}

function rankOf(value: unknown): number | undefined {
  const [first] = isRecord(value) ? Object.values(value) : [value];
  if (isTensor(first)) return first.shape.length;
  if (ArrayBuffer.isView(first)) return undefined;
  let rank = 0;
  for (let level: unknown = first; Array.isArray(level); level = (level as unknown[])[0]) rank++;
  return rank;
}

async function plain(value: unknown): Promise<ExampleSource['inputs']> {
  const one = async (single: unknown): Promise<ExampleValues> => {
    if (!isTensor(single)) return single as ExampleValues;
    if (single.dtype === 'string') invalidData(SCOPE, 'strings must be turned into numbers by map() first.');
    return (await single.data()) as NumberArray;
  };
  if (!isRecord(value)) return one(value);
  return Object.fromEntries(
    await Promise.all(
      Object.entries(value).map(async ([name, single]) => [name, await one(single)] as const),
    ),
  );
}

// A tensor's values come flat: that their number fits is not enough.
function checkShapes(xs: unknown, specs: ValueSpecs, batched: boolean, from: number): void {
  const named = isRecord(xs) ? xs : { [Object.keys(specs)[0]!]: xs };
  for (const [name, value] of Object.entries(named)) {
    const spec = specs[name];
    if (!spec || !isTensor(value)) continue;
    const shape = batched ? value.shape.slice(1) : value.shape;
    if (shape.join() !== spec.shape.join() && sizeOf(spec.shape) !== 1) {
      const wanted = [...(batched ? ['n'] : []), ...spec.shape].join(', ');
      invalidData(
        SCOPE,
        `xs.${name} from example ${from} on must be of shape [${wanted}], got [${value.shape.join(', ')}].`,
      );
    }
  }
}
