import type { Direction, TrialRecord } from '../../trial/trial-record.js';
import { costs, violation } from '../../trial/trial-record.js';
import { bestSubset } from '../../math/hypervolume.js';
import { nonDominationRanks } from '../../math/pareto.js';

/** Trials by number, the good ones apart. */
export interface SplitTrials {
  readonly below: readonly TrialRecord[];
  readonly above: readonly TrialRecord[];
}

/**
 * The `count` best trials, and the others: complete feasible ones first, then pruned ones (those that went on longest
 * first), then infeasible ones (by how much they break the constraints). With several objectives the good ones are the
 * first ranks of non-dominated trials, the last rank cut to the subset of most hypervolume.
 */
export function splitTrials(
  trials: readonly TrialRecord[],
  count: number,
  directions: readonly Direction[],
): SplitTrials {
  const feasible = trials.filter((trial) => violation(trial) === 0);
  const complete = feasible.filter(({ state }) => state === 'complete');
  const pruned = feasible.filter(({ state }) => state === 'pruned');
  const infeasible = trials.filter((trial) => violation(trial) > 0);

  const below = new Set<TrialRecord>();
  const take = (best: readonly TrialRecord[]) => {
    for (const trial of best.slice(0, Math.max(0, count - below.size))) below.add(trial);
  };
  take(bestComplete(complete, Math.min(count, complete.length), directions));
  take(sortedBy(pruned, (trial) => prunedScore(trial, directions[0]!)));
  take(sortedBy(infeasible, (trial) => [violation(trial)]));
  return {
    below: trials.filter((trial) => below.has(trial)),
    above: trials.filter((trial) => !below.has(trial)),
  };
}

function bestComplete(
  trials: readonly TrialRecord[],
  count: number,
  directions: readonly Direction[],
): readonly TrialRecord[] {
  const points = trials.map(({ values }) => costs(values!, directions));
  if (directions.length === 1) {
    const order = trials.map((_, i) => i).sort((a, b) => points[a]![0]! - points[b]![0]! || a - b);
    return order.slice(0, count).map((i) => trials[i]!);
  }
  if (count === 0 || count === trials.length) return trials.slice(0, count);
  const ranks = nonDominationRanks(points);
  const chosen: TrialRecord[] = [];
  for (let rank = 0; chosen.length < count; rank++) {
    const members = trials.map((_, i) => i).filter((i) => ranks[i] === rank);
    const room = count - chosen.length;
    const kept =
      members.length <= room
        ? members
        : bestSubset(
            members.map((i) => points[i]!),
            room,
          ).map((i) => members[i]!);
    chosen.push(...kept.map((i) => trials[i]!));
  }
  return chosen;
}

/** Longest first, then by the last value; those without any report last. */
function prunedScore({ reports }: TrialRecord, direction: Direction): number[] {
  const last = reports.at(-1);
  if (!last) return [1, 0, 0];
  const value = Number.isNaN(last.value) ? Infinity : direction === 'minimize' ? last.value : -last.value;
  return [-(last.fold ?? 0), -(last.step ?? Infinity), value];
}

function sortedBy(
  trials: readonly TrialRecord[],
  score: (trial: TrialRecord) => readonly number[],
): TrialRecord[] {
  const scores = new Map(trials.map((trial) => [trial, score(trial)]));
  return [...trials].sort((a, b) => {
    const [left, right] = [scores.get(a)!, scores.get(b)!];
    const at = left.findIndex((value, i) => value !== right[i]);
    return at < 0 ? a.number - b.number : left[at]! < right[at]! ? -1 : 1;
  });
}
