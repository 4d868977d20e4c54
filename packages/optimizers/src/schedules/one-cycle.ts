import type { Schedule, StepPosition } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { cosPi } from '@espalier/core/internal';
import { epochsAt } from './position.js';
import { withConfig } from './with-config.js';

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** Value at the top of the cycle. */
  readonly peakValue: number;
  /** Length of the whole cycle in steps or epochs, > 1 step. */
  readonly length: number;
  /** What `length` counts. Default `step`. */
  readonly unit?: 'step' | 'epoch';
  /** Value at the first step. Default `peakValue / 25`. */
  readonly initialValue?: number;
  /** Value at the last step of the cycle, and after it. Default `initialValue / 1e4`. */
  readonly finalValue?: number;
  /** Share of the cycle that rises, 0 < warmupShare < 1; with three phases at most 0.5. Default 0.3. */
  readonly warmupShare?: number;
  /** How it goes from one value to the next. Default `cosine`. */
  readonly shape?: 'cosine' | 'linear';
  /** Falls to `initialValue` as fast as it rose, and then to `finalValue`. Default false: falls to `finalValue` at once. */
  readonly threePhases?: boolean;
}

/**
 * One cycle: up to a large value, and down to one far below the first. Other values make the momentum's cycle, which goes the other
 * way: `oneCycle({ peakValue: 0.85, initialValue: 0.95, finalValue: 0.95, length })`.
 *
 * As PyTorch's `OneCycleLR` (`div_factor` 25 and `final_div_factor` 1e4 are the defaults of the values); after the cycle, where that
 * one throws, it stays.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const learningRate = oneCycle({ peakValue: 0.1, length: 30, unit: 'epoch' });
 * const momentum = oneCycle({ peakValue: 0.85, initialValue: 0.95, finalValue: 0.95, length: 30, unit: 'epoch' });
 * const optimizer = sgd({ learningRate, momentum });
 * ```
 * @see Smith and Topin, Super-convergence: very fast training of neural networks using large learning rates, 2018.
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { values, config } = readOptions('one-cycle', options, {
    peakValue: option.number(),
    length: option.number({ min: 0, exclusiveMin: true }),
    unit: option.oneOf(['step', 'epoch'], { default: 'step' }),
    initialValue: option.number({ optional: true }),
    finalValue: option.number({ optional: true }),
    warmupShare: option.number({
      min: 0,
      max: options?.threePhases ? 0.5 : 1,
      exclusiveMin: true,
      exclusiveMax: true,
      default: 0.3,
    }),
    shape: option.oneOf(['cosine', 'linear'], { default: 'cosine' }),
    threePhases: option.boolean({ default: false }),
  });
  const { peakValue, length, unit, warmupShare: share, shape, threePhases } = values;
  const { initialValue = peakValue / 25 } = values;
  const { finalValue = initialValue / 1e4 } = values;
  const way = shape === 'linear' ? (q: number) => q : (q: number) => (1 - cosPi(q)) / 2;
  return withConfig({ ...config, initialValue, finalValue }, (at) => {
    const { position, total } = inSteps(at, length, unit);
    // The peak is at the last step of the rise, as in PyTorch.
    const top = share * total - 1;
    const phases = threePhases
      ? [
          [0, initialValue],
          [top, peakValue],
          [2 * share * total - 2, initialValue],
          [total - 1, finalValue],
        ]
      : [
          [0, initialValue],
          [top, peakValue],
          [total - 1, finalValue],
        ];
    for (let i = 1; i < phases.length; i++) {
      const [[start, from], [end, to]] = [phases[i - 1] as [number, number], phases[i] as [number, number]];
      if (position <= end && end > start) return from + (to - from) * way((position - start) / (end - start));
    }
    return finalValue;
  });
}

/** Position and length in steps; in epochs, where the number of steps in one is not known. */
function inSteps(
  at: StepPosition,
  length: number,
  unit: 'step' | 'epoch',
): { position: number; total: number } {
  if (unit === 'step') return { position: at.step, total: length };
  if (!Number.isFinite(at.stepsPerEpoch)) return { position: epochsAt(at), total: length };
  return { position: at.step, total: length * at.stepsPerEpoch };
}
