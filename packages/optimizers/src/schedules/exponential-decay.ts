import type { Schedule } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import type { DecayLength } from './decay-length.js';
import { decayPosition } from './decay-length.js';

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
  const { initialValue, decayRate } = options;
  const check = checkOptions('exponential-decay');
  check.number('initialValue', initialValue);
  check.number('decayRate', decayRate, { min: 0, exclusiveMin: true });
  const position = decayPosition(check, options);
  return (at) => initialValue * decayRate ** position(at);
}
