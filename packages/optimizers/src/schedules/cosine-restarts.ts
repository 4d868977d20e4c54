import type { Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { cosPi, pow } from '@espalier/core/internal';
import type { DecayLength } from './decay-length.js';
import { decayLengthRules, decayPosition } from './decay-length.js';
import { hasReached, wholePart } from './position.js';
import { withConfig } from './with-config.js';

/** Options of {@link cosineRestarts}: also one of `decaySteps` and `decayEpochs`, the length of the first decay. */
export type CosineRestartsOptions = DecayLength & {
  /** Value at the first step. */
  readonly initialValue: number;
  /** Value that each decay falls to. Default 0. */
  readonly finalValue?: number;
  /** How many times longer each decay is than the one before, >= 1. Default 1, as PyTorch; Keras has 2. */
  readonly lengthFactor?: number;
  /** How many times higher each decay starts above `finalValue`, > 0. Default 1. */
  readonly peakFactor?: number;
};

/**
 * Falls along half a cosine and jumps back, again and again: decay i has the length `decaySteps * lengthFactor^i`, and with q the part of it
 * that has passed the value `finalValue + (initialValue - finalValue) * peakFactor^i * (1 + cos(pi * q)) / 2`.
 *
 * As PyTorch's `CosineAnnealingWarmRestarts`, and Keras's `CosineDecayRestarts`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const rate = cosineRestarts({ initialValue: 0.1, decayEpochs: 10, lengthFactor: 2 });
 * ```
 * @see Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2017.
 */
export function cosineRestarts(options: CosineRestartsOptions): Schedule {
  const { values, config } = readOptions('cosine-restarts', options, {
    initialValue: option.number(),
    finalValue: option.number({ default: 0 }),
    lengthFactor: option.number({ min: 1, default: 1 }),
    peakFactor: option.number({ min: 0, exclusiveMin: true, default: 1 }),
    ...decayLengthRules,
  });
  const { initialValue, finalValue, lengthFactor, peakFactor } = values;
  const position = decayPosition('cosine-restarts', values);
  return withConfig(config, (at) => {
    let [cycle, length, left] = [0, 1, position(at)];
    if (lengthFactor === 1) {
      cycle = wholePart(left);
      left -= cycle;
    } else {
      while (hasReached(left, length)) {
        left -= length;
        length *= lengthFactor;
        cycle++;
      }
    }
    const q = Math.max(0, left) / length;
    const height = (initialValue - finalValue) * pow(peakFactor, cycle);
    return finalValue + (height * (1 + cosPi(q))) / 2;
  });
}
