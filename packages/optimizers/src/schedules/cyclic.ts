import type { Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { pow } from '@espalier/core/internal';
import { epochsAt, wholePart } from './position.js';
import { withConfig } from './with-config.js';

/** Options of {@link cyclic}. */
export interface CyclicOptions {
  /** Value at the first step, and the bottom of every cycle. */
  readonly initialValue: number;
  /** Value at the top of the first cycle. */
  readonly peakValue: number;
  /** Length of a rise, > 0. */
  readonly up: number;
  /** Length of a fall, > 0. Default `up`. */
  readonly down?: number;
  /** What `up` and `down` count. Default `step`. */
  readonly unit?: 'step' | 'epoch';
  /**
   * `triangular`: all cycles are as high; `triangular2`: each is half as high as the last; `exponential`: the height is multiplied by
   * `decayRate` at every step (or epoch). Default `triangular`.
   */
  readonly mode?: 'triangular' | 'triangular2' | 'exponential';
  /** Factor of the height per step or epoch, > 0; only with `exponential`. Default 1. */
  readonly decayRate?: number;
}

/**
 * Up and down in straight lines, again and again. As PyTorch's `CyclicLR`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const rate = cyclic({ initialValue: 0.001, peakValue: 0.01, up: 2000, mode: 'triangular2' });
 * ```
 * @see Smith, Cyclical learning rates for training neural networks, 2017.
 */
export function cyclic(options: CyclicOptions): Schedule {
  const { values, config } = readOptions('cyclic', options, {
    initialValue: option.number(),
    peakValue: option.number(),
    up: option.number({ min: 0, exclusiveMin: true }),
    down: option.number({ min: 0, exclusiveMin: true, optional: true }),
    unit: option.oneOf(['step', 'epoch'], { default: 'step' }),
    mode: option.oneOf(['triangular', 'triangular2', 'exponential'], { default: 'triangular' }),
    decayRate: option.number({ min: 0, exclusiveMin: true, default: 1 }),
  });
  const { initialValue, peakValue, up, down = up, unit, mode, decayRate } = values;
  return withConfig(config, (at) => {
    const position = unit === 'step' ? at.step : epochsAt(at);
    const cycle = wholePart(position / (up + down));
    const within = Math.max(0, position - cycle * (up + down));
    const height = within <= up ? within / up : (up + down - within) / down;
    const shrunk =
      mode === 'triangular2' ? pow(0.5, cycle) : mode === 'exponential' ? pow(decayRate, position) : 1;
    return initialValue + (peakValue - initialValue) * height * shrunk;
  });
}
