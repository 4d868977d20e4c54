import type { Sampler } from '@espalier/core';
import { option, readOptions, stream } from '@espalier/core';

const SCOPE = 'random-sampler';

/** Options of {@link randomSampler}. */
export interface RandomSamplerOptions {
  /** Examples of an epoch, >= 1. Default: as many as the data set has. */
  readonly length?: number;
  /** Each draw is from all examples; otherwise none comes again before all have come. Default false. */
  readonly replacement?: boolean;
}

/**
 * Examples drawn with equal probability: fewer or more than there are, with or without replacement.
 *
 * Without replacement, an epoch longer than the data takes permutation after permutation.
 *
 * @returns A sampler for `fit` and {@link batches}: a pure function of seed and epoch.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const quick = batches(train, { sampler: randomSampler({ length: 1000 }) }); // other 1000 in each epoch
 * ```
 * @see PyTorch, `torch.utils.data.RandomSampler`.
 */
export function randomSampler(options: RandomSamplerOptions = {}): Sampler {
  const { values, config } = readOptions(SCOPE, options, {
    length: option.integer({ min: 1, optional: true }),
    replacement: option.boolean({ default: false }),
  });
  const { length, replacement } = values;
  return {
    name: SCOPE,
    config,
    ...(length !== undefined && { length }),
    order(size, { seed, epoch }) {
      const random = stream(seed, SCOPE, epoch);
      const order = new Uint32Array(length ?? size);
      if (replacement) return order.map(() => random.integer(size));
      for (let at = 0; at < order.length; at += size) {
        order.set(random.permutation(size).subarray(0, order.length - at), at);
      }
      return order;
    },
  };
}
