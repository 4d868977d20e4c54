import type { Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { cosPi } from '@espalier/core/internal';
import type { DecayLength } from './decay-length.js';
import { decayLengthRules, decayPosition } from './decay-length.js';
import { withConfig } from './with-config.js';

/** Options of {@link cosineDecay}: also one of `decaySteps` and `decayEpochs`, the length of the whole decay. */
export type CosineDecayOptions = DecayLength & {
  /** Value at the first step. */
  readonly initialValue: number;
  /** Value after the decay. Default 0. */
  readonly finalValue?: number;
};

/**
 * Falls along half a cosine, then stays: with q = min(1, t / decaySteps),
 * `finalValue + (initialValue - finalValue) * (1 + cos(pi * q)) / 2`.
 *
 * As Keras's `CosineDecay` (`finalValue` is its `alpha * initial_learning_rate`), and PyTorch's `CosineAnnealingLR` up to
 * `T_max`, after which that one rises again.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const rate = cosineDecay({ initialValue: 0.001, decayEpochs: 20 });
 * ```
 * @see Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2017, equation 5.
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const { values, config } = readOptions('cosine-decay', options, {
    initialValue: option.number(),
    finalValue: option.number({ default: 0 }),
    ...decayLengthRules,
  });
  const { initialValue, finalValue } = values;
  const position = decayPosition('cosine-decay', values);
  return withConfig(config, (at) => {
    const q = Math.min(1, position(at));
    return finalValue + ((initialValue - finalValue) * (1 + cosPi(q))) / 2;
  });
}
