import { fail } from '../errors.js';
import type { DataStream } from './data-stream.js';
import type { Dataset } from './dataset.js';
import { isStream } from './open-epoch.js';

/**
 * Parts data in two: the last `share` of the examples, as they lie, and those before them. Nothing is copied.
 *
 * @throws EspalierError `invalid-option` for a stream; `invalid-data` where one part would be empty.
 */
export function splitOff(
  data: Dataset | DataStream,
  share: number,
): { readonly training: Dataset; readonly validation: Dataset } {
  if (isStream(data)) {
    fail(
      'invalid-option',
      'trainer',
      'validationSplit needs a data set with a known number of examples, got a stream; give `validation`.',
    );
  }
  // 10 (1 - 0.9) is a little less than 1.
  const at = Math.floor(data.size * (1 - share) + 1e-9);
  if (at === 0 || at === data.size) {
    fail(
      'invalid-data',
      'trainer',
      `validationSplit ${share} leaves ${at} of ${data.size} examples for training; both parts need one.`,
    );
  }
  return { training: part(data, 0, at), validation: part(data, at, data.size) };
}

function part({ arrays: _, ...data }: Dataset, from: number, to: number): Dataset {
  const source = data as Dataset;
  return {
    ...data,
    size: to - from,
    batch: (indices) => source.batch(from === 0 ? indices : indices.map((index) => index + from)),
  };
}
