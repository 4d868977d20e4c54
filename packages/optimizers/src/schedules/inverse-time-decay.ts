import type { Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { DecayLength } from './decay-length.js';
import { decayLengthRules, decayPosition } from './decay-length.js';
import { wholePart } from './position.js';
import { withConfig } from './with-config.js';

/** Options of {@link inverseTimeDecay}: also one of `decaySteps` and `decayEpochs`, the unit of time. */
export type InverseTimeDecayOptions = DecayLength & {
  /** Value at the first step. */
  readonly initialValue: number;
  /** What one decay length adds to the divisor, >= 0. */
  readonly decayRate: number;
  /** Falls in stairs, one for each decay length. Default false. */
  readonly staircase?: boolean;
};

/**
 * Divides by time: `initialValue / (1 + decayRate * t / decaySteps)`.
 *
 * As Keras's `InverseTimeDecay`; with `decaySteps: 1` the `lr_decay` of PyTorch's Adagrad.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const rate = inverseTimeDecay({ initialValue: 0.1, decayRate: 0.5, decayEpochs: 1 });
 * ```
 */
export function inverseTimeDecay(options: InverseTimeDecayOptions): Schedule {
  const { values, config } = readOptions('inverse-time-decay', options, {
    initialValue: option.number(),
    decayRate: option.number({ min: 0 }),
    staircase: option.boolean({ default: false }),
    ...decayLengthRules,
  });
  const { initialValue, decayRate, staircase } = values;
  const position = decayPosition('inverse-time-decay', values);
  return withConfig(config, (at) => {
    const lengths = position(at);
    return initialValue / (1 + decayRate * (staircase ? wholePart(lengths) : lengths));
  });
}
