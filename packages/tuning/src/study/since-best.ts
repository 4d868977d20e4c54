import type { Direction, TrialRecord } from '../trial/trial-record.js';
import { costs, violation } from '../trial/trial-record.js';

/**
 * How many complete trials came after the best one, the first of equals; infeasible ones are never the best. 0 where there is no best.
 *
 * Reference: Optuna's `BestValueStagnationEvaluator`, which stops one trial later.
 */
export function sinceBest(trials: readonly TrialRecord<unknown>[], direction: Direction): number {
  let best = Infinity;
  let since = 0;
  let found = false;
  for (const trial of trials) {
    if (trial.state !== 'complete') continue;
    const [cost] = costs(trial.values!, [direction]) as [number];
    if (violation(trial) === 0 && (!found || cost < best)) {
      [best, since, found] = [cost, 0, true];
    } else if (found) since++;
  }
  return since;
}
