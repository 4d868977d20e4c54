import type { Pruner } from '../pruners/pruner.js';
import type { Direction, Report, TrialRecord } from '../trial/trial-record.js';
import { withReport } from './study-state.js';

/**
 * What a study's pruner says to a report of a trial that runs. It looks at trials below the trial's horizon, all of which have
 * ended, so that every process that knows them decides the same.
 */
export function prunes(
  study: {
    readonly name: string;
    readonly pruner: Pruner | undefined;
    readonly directions: readonly Direction[];
  },
  trials: readonly TrialRecord[],
  number: number,
  report: Report,
): boolean {
  const { pruner, name, directions } = study;
  if (!pruner) return false;
  const { reports, horizon } = trials[number]!;
  const others = withReport(reports, report).filter((each) => each !== report);
  return pruner.prune({
    study: name,
    trial: { number, reports: [...others, report] },
    finished: trials.slice(0, horizon),
    direction: directions[0]!,
  });
}
