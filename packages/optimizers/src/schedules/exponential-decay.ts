import type { Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { DecayLength } from './decay-length.js';
import { decayLengthRules, decayPosition } from './decay-length.js';
import { withConfig } from './with-config.js';

/** Options of {@link exponentialDecay}: also one of `decaySteps` and `decayEpochs`, over which the value falls once. */
export type ExponentialDecayOptions = DecayLength & {
  /** Value at the first step. */
  readonly initialValue: number;
  /** Factor over one decay length, > 0. */
  readonly decayRate: number;
};

/**
 * Decays smoothly by a factor per decay length: `initialValue * decayRate^(t / decaySteps)`.
 *
 * As Keras's `ExponentialDecay`; with `decayEpochs: 1`, as PyTorch's `ExponentialLR` at the start of each epoch. In
 * stairs: {@link stepDecay}.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const rate = exponentialDecay({ initialValue: 0.01, decayRate: 0.9, decayEpochs: 1 });
 * ```
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const { values, config } = readOptions('exponential-decay', options, {
    initialValue: option.number(),
    decayRate: option.number({ min: 0, exclusiveMin: true }),
    ...decayLengthRules,
  });
  const { initialValue, decayRate } = values;
  const position = decayPosition('exponential-decay', values);
  return withConfig(config, (at) => initialValue * decayRate ** position(at));
}
