import { dominates, nonDominationRanks } from '../../math/pareto.js';
import type { Direction, TrialRecord } from '../../trial/trial-record.js';
import { costs, violation } from '../../trial/trial-record.js';

/**
 * The parents of the trial that has all of `finished` before its horizon: the `population` best trials of the last full generation and
 * its own parents; none in the first generation.
 *
 * A trial is of the newest generation that has a complete trial before the trial's horizon, or of the next one where that generation
 * is full by then. So with n trials at once a generation may be a little larger than `population`, and what ends first changes
 * nothing.
 */
export function parentsOf(
  finished: readonly TrialRecord[],
  population: number,
  directions: readonly Direction[],
): readonly TrialRecord[] {
  const generations = fullGenerations(finished, population);
  let parents: readonly TrialRecord[] = [];
  for (const generation of generations) {
    const chosen = new Set(selectBest([...generation, ...parents], population, directions));
    parents = finished.filter((trial) => chosen.has(trial));
  }
  return parents;
}

/** Complete trials by generation, those generations that have at least `population` of them. */
function fullGenerations(finished: readonly TrialRecord[], population: number): TrialRecord[][] {
  const members: TrialRecord[][] = [];
  const of: number[] = [];
  let seen = 0;
  for (const trial of finished) {
    for (; seen < Math.min(trial.horizon, trial.number); seen++)
      if (finished[seen]!.state === 'complete') (members[of[seen]!] ??= []).push(finished[seen]!);
    of.push(next(members, population));
  }
  for (; seen < finished.length; seen++)
    if (finished[seen]!.state === 'complete') (members[of[seen]!] ??= []).push(finished[seen]!);
  return members.slice(0, next(members, population));
}

function next(members: readonly TrialRecord[][], population: number): number {
  const newest = Math.max(0, members.length - 1);
  return (members[newest]?.length ?? 0) < population ? newest : newest + 1;
}

/** Whether `a` is better in every way that counts: feasible before infeasible, less infeasible before more, else by its values. */
export function isBetter(a: TrialRecord, b: TrialRecord, directions: readonly Direction[]): boolean {
  const [left, right] = [violation(a), violation(b)];
  if (left > 0 || right > 0) return left < right;
  return dominates(costs(a.values!, directions), costs(b.values!, directions));
}

/** The best trials: rank by rank of non-domination, infeasible ones behind; of the last rank those with most room around. */
export function selectBest(
  trials: readonly TrialRecord[],
  count: number,
  directions: readonly Direction[],
): TrialRecord[] {
  const feasible = trials.filter((trial) => violation(trial) === 0);
  const infeasible = trials.filter((trial) => violation(trial) > 0);
  const byRank = [
    ...ranked(feasible, (trial) => costs(trial.values!, directions)),
    ...ranked(infeasible, (trial) => [violation(trial)]),
  ];
  const best: TrialRecord[] = [];
  for (const members of byRank) {
    if (best.length + members.length < count) best.push(...members);
    else return [...best, ...byCrowding(members).slice(0, count - best.length)];
  }
  return best;
}

function ranked(trials: readonly TrialRecord[], point: (trial: TrialRecord) => number[]): TrialRecord[][] {
  const byRank: TrialRecord[][] = [];
  nonDominationRanks(trials.map(point)).forEach((rank, i) => (byRank[rank] ??= []).push(trials[i]!));
  return byRank;
}

/** By crowding distance, largest first; equal ones in the order that Optuna has. */
function byCrowding(trials: readonly TrialRecord[]): TrialRecord[] {
  const distance = new Map(trials.map((trial) => [trial, 0]));
  let sorted = [...trials];
  for (let i = 0; i < (trials[0]?.values!.length ?? 0); i++) {
    sorted = sorted.sort((a, b) => ascending(a.values![i]!, b.values![i]!));
    const values = sorted.map((trial) => trial.values![i]!);
    if (values[0] === values.at(-1)) continue;
    const low = values.find((value) => value !== -Infinity) ?? Infinity;
    const high = [...values].reverse().find((value) => value !== Infinity) ?? -Infinity;
    const width = high - low > 0 ? high - low : 1;
    sorted.forEach((trial, j) => {
      const [below, above] = [values[j - 1] ?? -Infinity, values[j + 1] ?? Infinity];
      const gap = below === above ? 0 : above - below;
      distance.set(trial, distance.get(trial)! + gap / width);
    });
  }
  return sorted.sort((a, b) => ascending(distance.get(a)!, distance.get(b)!)).reverse();
}

/** Also of infinite numbers. */
const ascending = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
