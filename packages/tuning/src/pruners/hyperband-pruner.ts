import { checkOptions, option, readOptions } from '@espalier/core';
import { log, pow } from '@espalier/core/internal';
import { crc32 } from './crc32.js';
import type { Pruner } from './pruner.js';
import { currentSeries } from './pruner.js';
import { firstComplete, pruneByRungs } from './successive-halving-pruner.js';

/** Options of {@link hyperbandPruner}. */
export interface HyperbandPrunerOptions {
  /** Step of the first rung of the first bracket, >= 1. Default 1. */
  readonly minResource?: number;
  /** Steps of a whole trial, >= `minResource`. Default: one more than the first complete trial's last step. */
  readonly maxResource?: number;
  /** As for successive halving, >= 2. Default 3. */
  readonly reductionFactor?: number;
  /** Prunes at a rung until so many others have been there, >= 0. Default 0. Needs `maxResource`. */
  readonly bootstrapCount?: number;
}

/**
 * Hyperband: successive halving in several brackets at once, from one that stops trials early to one that lets them all run.
 * A trial's bracket is a hash of the study's name and its number; brackets get about the same number of steps.
 *
 * Reference: brackets and decisions are those of Optuna's `HyperbandPruner`; the sampler sees the trials of all brackets.
 *
 * Source: L. Li et al., "Hyperband: a novel bandit-based approach to hyperparameter optimization", JMLR 18 (2018).
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const pruner = hyperbandPruner({ minResource: 1, maxResource: 81 });
 * ```
 */
export function hyperbandPruner(options: HyperbandPrunerOptions = {}): Pruner {
  const { values, config } = readOptions('hyperband-pruner', options, {
    minResource: option.integer({ min: 1, default: 1 }),
    maxResource: option.integer({ min: 1, optional: true }),
    reductionFactor: option.integer({ min: 2, default: 3 }),
    bootstrapCount: option.integer({ min: 0, default: 0 }),
  });
  const { minResource, maxResource, reductionFactor, bootstrapCount } = values;
  const check = checkOptions('hyperband-pruner');
  if (maxResource !== undefined) check.integer('maxResource', maxResource, { min: minResource });
  if (bootstrapCount > 0 && maxResource === undefined)
    check.fail('maxResource', 'given where bootstrapCount is', undefined);
  return {
    config,
    prune(request) {
      const current = currentSeries(request.trial.reports);
      if (!current) return false;
      const estimate = maxResource === undefined ? firstComplete(request.finished, current.fold) : undefined;
      const longest = maxResource ?? (estimate && estimate.lastStep + 1);
      if (longest === undefined) return false;
      const budgets = trialBudgets(minResource, longest, reductionFactor);
      const bracketOf = (number: number) => bracket(`${request.study}_${number}`, budgets);
      const own = bracketOf(request.trial.number);
      const finished = (estimate?.later ?? request.finished).filter(
        ({ number }) => bracketOf(number) === own,
      );
      return pruneByRungs(
        { ...request, finished },
        { minResource, reductionFactor, minEarlyStoppingRate: own, bootstrapCount },
      );
    },
  };
}

/** For each bracket how many of all trials it gets. */
function trialBudgets(minResource: number, maxResource: number, factor: number): number[] {
  const brackets = Math.floor(log(maxResource / minResource) / log(factor)) + 1;
  return Array.from({ length: Math.max(1, brackets) }, (_, id) => {
    const halvings = brackets - 1 - id;
    return Math.ceil((brackets * pow(factor, halvings)) / (halvings + 1));
  });
}

function bracket(name: string, budgets: readonly number[]): number {
  let rest = crc32(name) % budgets.reduce((sum, budget) => sum + budget, 0);
  for (const [id, budget] of budgets.entries()) {
    rest -= budget;
    if (rest < 0) return id;
  }
  return budgets.length - 1;
}
