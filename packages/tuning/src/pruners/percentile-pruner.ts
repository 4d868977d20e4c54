import type { Config } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { IntervalOptions } from './interval.js';
import { intervalRules, isDue } from './interval.js';
import type { Pruner, PrunerRequest } from './pruner.js';
import { costOf, currentSeries, least, seriesOf } from './pruner.js';

/** Options of {@link medianPruner}. */
export interface MedianPrunerOptions extends IntervalOptions {
  /** Prunes once so many trials are complete. Default 5. */
  readonly startupTrials?: number;
  /** Needs so many complete trials that reported the same step. Default 1. */
  readonly minTrials?: number;
}

/** Options of {@link percentilePruner}. */
export interface PercentilePrunerOptions extends MedianPrunerOptions {
  /** The better part that may go on, 0 to 100. */
  readonly percentile: number;
}

const rules = {
  startupTrials: option.integer({ min: 0, default: 5 }),
  minTrials: option.integer({ min: 1, default: 1 }),
  ...intervalRules,
};

/**
 * Prunes a trial whose best value so far is worse than the given percentile of what complete trials reported at the same
 * step; and one that has reported only NaN. Folds are compared with the same fold.
 *
 * Reference: decides as Optuna's `PercentilePruner`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const pruner = percentilePruner({ percentile: 25, warmupSteps: 3 });
 * ```
 */
export function percentilePruner(options: PercentilePrunerOptions): Pruner {
  const { values, config } = readOptions('percentile-pruner', options, {
    percentile: option.number({ min: 0, max: 100 }),
    ...rules,
  });
  return pruner(config, values);
}

/**
 * Prunes a trial whose best value so far is worse than the median of what complete trials reported at the same step.
 *
 * Reference: decides as Optuna's `MedianPruner`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const pruner = medianPruner({ startupTrials: 5, warmupSteps: 3 });
 * ```
 */
export function medianPruner(options: MedianPrunerOptions = {}): Pruner {
  const { values, config } = readOptions('median-pruner', options, rules);
  return pruner(config, { ...values, percentile: 50 });
}

function pruner(config: Config, options: Required<PercentilePrunerOptions>): Pruner {
  const { percentile, startupTrials, minTrials } = options;
  return {
    config,
    prune({ trial, finished, direction }: PrunerRequest) {
      const complete = finished.filter(({ state }) => state === 'complete');
      const current = currentSeries(trial.reports);
      if (!current || complete.length === 0 || complete.length < startupTrials) return false;
      if (!isDue(current.series, options)) return false;
      const best = least(current.series.map(({ value }) => costOf(value, direction)));
      if (Number.isNaN(best)) return true;
      const others = complete.flatMap(({ reports }) =>
        seriesOf(reports, current.fold)
          .filter(({ step }) => step === current.last.step)
          .map(({ value }) => costOf(value, direction)),
      );
      if (others.length < minTrials) return false;
      return best > percentileOf(others, percentile);
    },
  };
}

/** Linear between the two nearest, NaN left out. NaN where nothing is left. */
function percentileOf(values: readonly number[], percentile: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const at = (percentile / 100) * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low === high ? low : low + (high - low) * (at - Math.floor(at));
}
