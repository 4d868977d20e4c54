import type { Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { pow } from '@espalier/core/internal';
import type { DecayLength } from './decay-length.js';
import { decayLengthRules, decayPosition } from './decay-length.js';
import { wholePart } from './position.js';
import { withConfig } from './with-config.js';

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
  const { values, config } = readOptions('step-decay', options, {
    initialValue: option.number(),
    decayRate: option.number({ min: 0, exclusiveMin: true }),
    ...decayLengthRules,
  });
  const { initialValue, decayRate } = values;
  const position = decayPosition('step-decay', values);
  return withConfig(config, (at) => initialValue * pow(decayRate, wholePart(position(at))));
}
