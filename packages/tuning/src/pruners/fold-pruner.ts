import { option, readOptions } from '@espalier/core';
import { signedRankTest } from '../math/signed-rank-test.js';
import type { Report, TrialRecord } from '../trial/trial-record.js';
import { violation } from '../trial/trial-record.js';
import type { Pruner, PrunerRequest } from './pruner.js';
import { costOf } from './pruner.js';

/** Options of {@link foldPruner}. */
export interface FoldPrunerOptions {
  /** Prunes when a chance of equal trials is smaller than this, 0 to 1. Default 0.1. */
  readonly pThreshold?: number;
  /** Prunes after so many folds, and never before the second. Default 2. */
  readonly startupFolds?: number;
}

/**
 * Prunes a trial that is worse than the best one fold by fold: the results of its folds so far are compared with the best
 * trial's results of the same folds, by Wilcoxon's signed-rank test. Looks at fold results only, not at epochs. A trial with
 * an infinite or NaN result is never pruned, nor one whose mean is better than the best trial's.
 *
 * With 5 folds the smallest possible p is 1 / 4, 1 / 8, 1 / 16 after 2, 3, 4 folds: `pThreshold` 0.1 prunes after four that
 * are all worse, 0.2 after three.
 *
 * Reference: decides as Optuna's `WilcoxonPruner` where its steps are folds.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const pruner = foldPruner({ pThreshold: 0.2 });
 * ```
 */
export function foldPruner(options: FoldPrunerOptions = {}): Pruner {
  const { values, config } = readOptions('fold-pruner', options, {
    pThreshold: option.number({ min: 0, max: 1, default: 0.1 }),
    startupFolds: option.integer({ min: 0, default: 2 }),
  });
  const { pThreshold, startupFolds } = values;
  return {
    config,
    prune({ trial, finished, direction }) {
      const newest = trial.reports.at(-1);
      if (newest === undefined || newest.step !== undefined) return false;
      const own = foldResults(trial.reports, direction);
      const best = bestTrial(finished, direction);
      if (!best) return false;
      const other = foldResults(best.reports, direction);
      if (![...own.values(), ...other.values()].every(Number.isFinite)) return false;
      const differences = [...own].flatMap(([fold, value]) =>
        other.has(fold) ? [value - other.get(fold)!] : [],
      );
      if (differences.length < Math.max(2, startupFolds)) return false;
      if (mean(other) >= mean(own)) return false;
      return signedRankTest(differences) < pThreshold;
    },
  };
}

/** The result of each whole fold, as a cost. */
function foldResults(reports: readonly Report[], direction: PrunerRequest['direction']): Map<number, number> {
  return new Map(
    reports.flatMap(({ fold, step, value }) =>
      fold !== undefined && step === undefined ? [[fold, costOf(value, direction)] as const] : [],
    ),
  );
}

function bestTrial(
  finished: readonly TrialRecord[],
  direction: PrunerRequest['direction'],
): TrialRecord | undefined {
  return finished
    .filter((trial) => trial.state === 'complete' && violation(trial) === 0)
    .reduce<TrialRecord | undefined>(
      (best, trial) =>
        best && costOf(best.values![0]!, direction) <= costOf(trial.values![0]!, direction) ? best : trial,
      undefined,
    );
}

function mean(results: ReadonlyMap<number, number>): number {
  return [...results.values()].reduce((sum, value) => sum + value, 0) / results.size;
}
