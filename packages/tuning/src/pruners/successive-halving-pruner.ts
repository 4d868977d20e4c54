import { checkOptions, option, readOptions } from '@espalier/core';
import { pow } from '@espalier/core/internal';
import type { TrialRecord } from '../trial/trial-record.js';
import type { Pruner, PrunerRequest, StepReport } from './pruner.js';
import { costOf, currentSeries, seriesOf } from './pruner.js';

/** Options of {@link successiveHalvingPruner}. */
export interface SuccessiveHalvingPrunerOptions {
  /** Step of the first rung, >= 1. Default: a hundredth of the first complete trial's last step, at least 1. */
  readonly minResource?: number;
  /** Each rung lets one of so many go on, and is so many times farther, >= 2. Default 4. */
  readonly reductionFactor?: number;
  /** Rungs that are left out at the start, >= 0. Default 0. */
  readonly minEarlyStoppingRate?: number;
  /** Prunes at a rung until so many others have been there, >= 0. Default 0. Needs `minResource`. */
  readonly bootstrapCount?: number;
}

/**
 * Asynchronous successive halving: at rungs, steps that grow by a factor, a trial goes on only when its value is among the
 * best of those that have been there.
 *
 * A trial goes on from where it stands; nothing is trained twice. Reference: decides as Optuna's
 * `SuccessiveHalvingPruner`, over the trials that it may look at. A rung's value is that of the first report at or behind it.
 *
 * Source: L. Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const pruner = successiveHalvingPruner({ minResource: 2, reductionFactor: 3 });
 * ```
 */
export function successiveHalvingPruner(options: SuccessiveHalvingPrunerOptions = {}): Pruner {
  const { values, config } = readOptions('successive-halving-pruner', options, {
    minResource: option.integer({ min: 1, optional: true }),
    reductionFactor: option.integer({ min: 2, default: 4 }),
    minEarlyStoppingRate: option.integer({ min: 0, default: 0 }),
    bootstrapCount: option.integer({ min: 0, default: 0 }),
  });
  if (values.bootstrapCount > 0 && values.minResource === undefined)
    checkOptions('successive-halving-pruner').fail('minResource', 'given where bootstrapCount is', undefined);
  return {
    config,
    prune: (request) => pruneByRungs(request, values),
  };
}

/** The decision of successive halving among `request.finished`. */
export function pruneByRungs(
  { trial, finished, direction }: PrunerRequest,
  options: SuccessiveHalvingPrunerOptions,
): boolean {
  const { reductionFactor = 4, minEarlyStoppingRate = 0, bootstrapCount = 0 } = options;
  const current = currentSeries(trial.reports);
  if (!current) return false;
  const { series, fold, last } = current;
  const estimate = options.minResource === undefined ? firstComplete(finished, fold) : undefined;
  const first = options.minResource ?? (estimate && Math.max(Math.floor(estimate.lastStep / 100), 1));
  if (first === undefined) return false;
  const comparable = estimate ? estimate.later : finished;
  for (let rung = 0; ; rung++) {
    const step = first * pow(reductionFactor, minEarlyStoppingRate + rung);
    const own = arrival(series, step);
    if (!own) return false;
    // Rungs that were passed at earlier reports were decided then.
    if (own.step !== last.step) continue;
    if (Number.isNaN(own.value)) return true;
    const value = costOf(own.value, direction);
    const others = comparable.flatMap(({ reports }) => {
      const there = arrival(seriesOf(reports, fold), step);
      return there && !Number.isNaN(there.value) ? [costOf(there.value, direction)] : [];
    });
    if (others.length + 1 <= bootstrapCount) return true;
    const sorted = [...others, value].sort((a, b) => a - b);
    const promoted = Math.max(1, Math.floor(sorted.length / reductionFactor));
    if (value > sorted[promoted - 1]!) return true;
  }
}

const arrival = (series: readonly StepReport[], step: number): StepReport | undefined =>
  series.find((report) => report.step >= step);

/**
 * The last step of the complete trial of the smallest number that has one, from which resources are estimated, and the trials
 * that ran with that estimate: those before it had no rungs.
 */
export function firstComplete(
  finished: readonly TrialRecord[],
  fold: number | undefined,
): { readonly lastStep: number; readonly later: readonly TrialRecord[] } | undefined {
  for (const { state, reports, number } of finished) {
    const last = state === 'complete' ? seriesOf(reports, fold).at(-1) : undefined;
    if (last) return { lastStep: last.step, later: finished.filter(({ horizon }) => horizon > number) };
  }
  return undefined;
}
