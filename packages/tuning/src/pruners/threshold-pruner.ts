import { checkOptions, option, readOptions } from '@espalier/core';
import type { IntervalOptions } from './interval.js';
import { intervalRules, isDue } from './interval.js';
import type { Pruner } from './pruner.js';
import { currentSeries } from './pruner.js';

/** Options of {@link thresholdPruner}: at least one of `lower` and `upper`. */
export interface ThresholdPrunerOptions extends IntervalOptions {
  /** Prunes below. */
  readonly lower?: number;
  /** Prunes above. */
  readonly upper?: number;
}

/**
 * Prunes a trial that reports a value outside of bounds, or NaN.
 *
 * Reference: decides as Optuna's `ThresholdPruner`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const pruner = thresholdPruner({ upper: 10, warmupSteps: 1 });
 * ```
 */
export function thresholdPruner(options: ThresholdPrunerOptions): Pruner {
  const { values, config } = readOptions('threshold-pruner', options, {
    lower: option.number({ optional: true }),
    upper: option.number({ optional: true }),
    ...intervalRules,
  });
  const { lower, upper } = values;
  const check = checkOptions('threshold-pruner');
  if (lower === undefined && upper === undefined) check.fail('lower or upper', 'given', undefined);
  if (upper !== undefined) check.number('upper', upper, { min: lower ?? -Infinity });
  return {
    config,
    prune({ trial }) {
      const current = currentSeries(trial.reports);
      if (!current || !isDue(current.series, values)) return false;
      const { value } = current.last;
      return Number.isNaN(value) || value < (lower ?? -Infinity) || value > (upper ?? Infinity);
    },
  };
}
