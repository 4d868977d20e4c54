import type { Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { pow } from '@espalier/core/internal';
import type { DecayLength } from './decay-length.js';
import { decayLengthRules, decayPosition } from './decay-length.js';
import { withConfig } from './with-config.js';

/** Options of {@link exponentialDecay}: also one of `decaySteps` and `decayEpochs`, over which the value falls once. */
export type ExponentialDecayOptions = DecayLength & {
  /** Value at the first step. */
  readonly initialValue: number;
  /** Factor over one decay length, > 0. */
  readonly decayRate: number;
  /** Where it stops: the least value of a decay, the largest of a growth. Default: nowhere. */
  readonly finalValue?: number;
};

/**
 * Decays smoothly by a factor per decay length: `initialValue * decayRate^(t / decaySteps)`.
 *
 * As Keras's `ExponentialDecay`; with `decayEpochs: 1`, as PyTorch's `ExponentialLR` at the start of each epoch. In
 * stairs: {@link stepDecay}. `finalValue` is the `end_value` of `optax.exponential_decay`.
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
    finalValue: option.number({ optional: true }),
    ...decayLengthRules,
  });
  const { initialValue, decayRate, finalValue } = values;
  const position = decayPosition('exponential-decay', values);
  // Which bound the final value is depends on the side that the first value is on.
  const bound = finalValue !== undefined && initialValue > finalValue ? Math.max : Math.min;
  return withConfig(config, (at) => {
    const value = initialValue * pow(decayRate, position(at));
    return finalValue === undefined ? value : bound(value, finalValue);
  });
}
