import type { Dataset, HostBatch } from '@espalier/core';
import { checkOptions, stream } from '@espalier/core';

/** Options of {@link batches}. */
export interface BatchesOptions {
  /** Examples in a batch, >= 1; more than there are gives one short batch. Default 32. */
  readonly batchSize?: number;
  /** Whole number >= 0. Default 0. */
  readonly seed?: number;
  /** Counts the passes over the data, from 0; each has its own order. Default 0. */
  readonly epoch?: number;
  /** Random order; otherwise the order of the data. Default true. */
  readonly shuffle?: boolean;
  /** Leaves out a last batch that is short. Default false. */
  readonly dropLast?: boolean;
}

/**
 * One pass over a data set in batches, for a training loop of one's own.
 *
 * The order is `stream(seed, 'shuffle', epoch).permutation(size)`, which is the trainer's.
 *
 * @returns Batches in plain memory, each the receiver's to keep; {@link toTensors} makes tensors of them. The last one may be
 *   short.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * for await (const batch of batches(train, { batchSize: 64, seed: 42, epoch })) {
 *   const { inputs, targets } = toTensors(batch);
 * }
 * ```
 */
export function batches(
  dataset: Dataset,
  options: BatchesOptions = {},
): AsyncGenerator<HostBatch, void, undefined> {
  const { batchSize = 32, seed = 0, epoch = 0, shuffle = true, dropLast = false } = options;
  const check = checkOptions('batches');
  check.integer('batchSize', batchSize, { min: 1 });
  check.integer('seed', seed, { min: 0, max: Number.MAX_SAFE_INTEGER });
  check.integer('epoch', epoch, { min: 0 });
  check.boolean('shuffle', shuffle);
  check.boolean('dropLast', dropLast);
  return generate(dataset, { batchSize, seed, epoch, shuffle, dropLast });
}

async function* generate(
  dataset: Dataset,
  { batchSize, seed, epoch, shuffle, dropLast }: Required<BatchesOptions>,
): AsyncGenerator<HostBatch, void, undefined> {
  const { size } = dataset;
  const order = shuffle
    ? stream(seed, 'shuffle', epoch).permutation(size)
    : Uint32Array.from({ length: size }, (_, i) => i);
  const end = dropLast ? size - (size % batchSize) : size;
  for (let start = 0; start < end; start += batchSize) {
    yield await dataset.batch(order.slice(start, start + batchSize));
  }
}
