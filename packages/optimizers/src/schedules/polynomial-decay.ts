import type { Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { pow } from '@espalier/core/internal';
import type { DecayLength } from './decay-length.js';
import { decayLengthRules, decayPosition } from './decay-length.js';
import { hasReached, wholePart } from './position.js';
import { withConfig } from './with-config.js';

/** Options of {@link polynomialDecay}: also one of `decaySteps` and `decayEpochs`, the length of the whole decay. */
export type PolynomialDecayOptions = DecayLength & {
  /** Value at the first step. */
  readonly initialValue: number;
  /** Value after the decay. Default 0, as PyTorch; Keras has 1e-4. */
  readonly finalValue?: number;
  /** Power of what is left of the length, > 0; 1 is a straight line. Default 1. */
  readonly power?: number;
  /** Starts over, each time with a multiple of the length, instead of staying at `finalValue`. Default false. */
  readonly cycle?: boolean;
};

/**
 * Falls along a power, then stays: with q = min(1, t / decaySteps), `finalValue + (initialValue - finalValue) * (1 - q)^power`.
 *
 * As Keras's `PolynomialDecay`, and PyTorch's `PolynomialLR`; with power 1 as PyTorch's `LinearLR` downwards.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const line = polynomialDecay({ initialValue: 0.1, decayEpochs: 20 });
 * ```
 */
export function polynomialDecay(options: PolynomialDecayOptions): Schedule {
  const { values, config } = readOptions('polynomial-decay', options, {
    initialValue: option.number(),
    finalValue: option.number({ default: 0 }),
    power: option.number({ min: 0, exclusiveMin: true, default: 1 }),
    cycle: option.boolean({ default: false }),
    ...decayLengthRules,
  });
  const { initialValue, finalValue, power, cycle } = values;
  const position = decayPosition('polynomial-decay', values);
  return withConfig(config, (at) => {
    const lengths = position(at);
    // At a whole number of lengths a cycle ends; the next begins with the step after it.
    const whole = wholePart(lengths);
    const multiple = cycle ? Math.max(1, hasReached(whole, lengths) ? whole : whole + 1) : 1;
    const q = Math.min(1, lengths / multiple);
    return finalValue + (initialValue - finalValue) * pow(1 - q, power);
  });
}
