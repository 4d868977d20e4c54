import type { Schedule } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import type { DecayLength } from './decay-length.js';
import { decayPosition } from './decay-length.js';

/** Options of {@link stepDecay}: also one of `decaySteps` and `decayEpochs`, after each of which the value drops. */
export type StepDecayOptions = DecayLength & {
  /** Value at the first step. */
  readonly initialValue: number;
  /** Factor of each drop, > 0. */
  readonly decayRate: number;
};

/**
 * Drops by a factor after each decay length: `initialValue * decayRate^floor(t / decaySteps)`.
 *
 * As PyTorch's `StepLR` (with `decayEpochs`) and Keras's `ExponentialDecay` with `staircase`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const rate = stepDecay({ initialValue: 0.1, decayRate: 0.1, decayEpochs: 30 });
 * ```
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  const { initialValue, decayRate } = options;
  const check = checkOptions('step-decay');
  check.number('initialValue', initialValue);
  check.number('decayRate', decayRate, { min: 0, exclusiveMin: true });
  const position = decayPosition(check, options);
  return (at) => initialValue * decayRate ** Math.floor(position(at));
}
