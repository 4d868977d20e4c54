import type { Dataset, DataStream, HostBatch, Sampler } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { batchesPerEpoch, checkData, type EpochOptions, openEpoch } from '@espalier/core/internal';

/** Options of {@link batches}. */
export interface BatchesOptions {
  /** Examples in a batch, >= 1; more than there are gives one short batch. Default 32. */
  readonly batchSize?: number;
  /** Whole number >= 0. Default 0. */
  readonly seed?: number;
  /** Counts the passes over the data, from 0; each has its own order. Default 0. */
  readonly epoch?: number;
  /** Random order; otherwise the order of the data. Default: true, for a stream whether it has a shuffle buffer. */
  readonly shuffle?: boolean;
  /** Which examples of a data set are taken, in place of `shuffle`. */
  readonly sampler?: Sampler;
  /** Leaves out a last batch that is short. Default false. */
  readonly dropLast?: boolean;
}

/**
 * One pass over a data set or stream in batches, for a training loop of one's own: the trainer's batches in the trainer's order.
 *
 * Without a sampler, the order of a data set is `stream(seed, 'shuffle', epoch).permutation(size)`.
 *
 * @returns Batches in plain memory, each the receiver's to keep; {@link toTensors} makes tensors of them. The last one may be
 *   short. A loop that is left early closes the source.
 * @throws EspalierError `invalid-option`; `invalid-data` when the source gives other than it says.
 * @example
 * ```ts
 * for await (const batch of batches(train, { batchSize: 64, seed: 42, epoch })) {
 *   const { inputs, targets } = toTensors(batch);
 * }
 * ```
 */
export function batches(
  data: Dataset | DataStream,
  options: BatchesOptions = {},
): AsyncGenerator<HostBatch, void, undefined> {
  checkData(data, 'batches');
  const { batchSize, seed, epoch, shuffle, sampler, dropLast } = readOptions('batches', options, {
    batchSize: option.integer({ min: 1, default: 32 }),
    seed: option.seed({ default: 0 }),
    epoch: option.integer({ min: 0, default: 0 }),
    shuffle: option.boolean({ optional: true }),
    sampler: option.custom<Sampler, { readonly optional: true }>({
      expected: 'a sampler, { name, order }',
      accepts: (value) => typeof (value as Sampler | null)?.order === 'function',
      optional: true,
    }),
    dropLast: option.boolean({ default: false }),
  }).values;
  return generate(data, { batchSize, seed, epoch, shuffle, sampler, dropLast });
}

async function* generate(
  data: Dataset | DataStream,
  options: EpochOptions,
): AsyncGenerator<HostBatch, void, undefined> {
  if (data.size !== undefined && batchesPerEpoch(data, options) === 0) return;
  const epoch = openEpoch(data, options);
  try {
    for (let batch = await epoch.next(); batch; batch = await epoch.next()) yield batch;
  } finally {
    await epoch.close();
  }
}
