import type { Dataset } from './dataset.js';
import { DatasetBatches } from './dataset-batches.js';
import type { DataStream } from './data-stream.js';
import type { EpochBatches, EpochOptions } from './epoch-batches.js';
import { fail } from '../errors.js';
import { samplesOf, uniformOrder } from './sampler.js';
import { StreamBatches } from './stream-batches.js';

/** True for a stream, false for a data set. */
export function isStream(data: Dataset | DataStream): data is DataStream {
  return 'open' in data;
}

/** Number of batches of an epoch; `undefined` for a stream that does not know its size. */
export function batchesPerEpoch(
  data: Dataset | DataStream,
  {
    batchSize,
    sampler,
    dropLast = false,
    epoch = 0,
  }: Pick<EpochOptions, 'batchSize' | 'sampler' | 'dropLast'> & { readonly epoch?: number },
): number | undefined {
  if (data.size === undefined) return undefined;
  const examples = sampler ? samplesOf(sampler, data.size, epoch) : data.size;
  return dropLast ? Math.floor(examples / batchSize) : Math.ceil(examples / batchSize);
}

/**
 * Begins an epoch. Nothing is read before the first batch is asked for.
 *
 * @throws EspalierError `invalid-option` where a stream cannot do what is asked (a sampler, random order without a buffer);
 *   `invalid-data` where no whole batch is left under `dropLast`, and from a sampler that gives what it must not.
 */
export function openEpoch(data: Dataset | DataStream, options: EpochOptions): EpochBatches {
  const { batchSize, sampler, dropLast = false, shuffle } = options;
  if (data.size !== undefined && batchesPerEpoch(data, options) === 0) {
    const examples = sampler ? samplesOf(sampler, data.size, options.epoch) : data.size;
    fail(
      'invalid-data',
      'data',
      examples === 0
        ? 'an epoch has no examples; it needs at least one.'
        : `dropLast leaves nothing of ${examples} examples in batches of ${batchSize}; use a smaller batchSize.`,
    );
  }
  if (!isStream(data))
    return new DatasetBatches(data, { ...options, sampler: sampler ?? uniformOrder, dropLast });
  if (sampler) {
    fail(
      'invalid-option',
      'data',
      `sampler '${sampler.name}' needs a data set with a known number of examples, got a stream; ` +
        'give the stream a shuffleBuffer, or do the sampling in its source.',
    );
  }
  const { shuffleBuffer = 1 } = data;
  if (shuffle === true && shuffleBuffer <= 1) {
    fail(
      'invalid-option',
      'data',
      'shuffle: true needs a stream with a shuffleBuffer, got one that keeps the order of its source; ' +
        'give it shuffleBuffer: 1000, or leave shuffle out.',
    );
  }
  return new StreamBatches(data, {
    ...options,
    dropLast,
    length: batchesPerEpoch(data, options),
    shuffleBuffer: shuffle === false ? 1 : shuffleBuffer,
  });
}
