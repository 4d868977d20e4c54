import type { ParameterValue } from '../space/distributions.js';
import type { Parameters } from '../space/space-types.js';

/** Whether an objective's small or large values are better. */
export type Direction = 'minimize' | 'maximize';

/** `failed` trials have an `error`; `pruned` ones were stopped early by a pruner. */
export type TrialState = 'running' | 'complete' | 'pruned' | 'failed';

/** A value that a trial told of before it ended. */
export interface Report {
  /** The epoch, or whatever counts the progress, from 0. Absent where the value is a fold's result. */
  readonly step?: number;
  /** The fold, from 0, where there are folds. */
  readonly fold?: number;
  readonly value: number;
}

/** All that is known of a trial, as plain JSON. */
export interface TrialRecord<P = Parameters> {
  /** From 0. */
  readonly number: number;
  readonly state: TrialState;
  readonly parameters: P;
  /** The suggestion and the pruner looked at trials with a smaller number than this, and at no others. */
  readonly horizon: number;
  /** Parameters that were given by `enqueue`, not by the sampler. */
  readonly fixed: Readonly<Record<string, ParameterValue>>;
  /** One for each direction. A pruned trial may have none. */
  readonly values?: readonly number[];
  /** Each <= 0 where the trial is feasible. */
  readonly constraints: readonly number[];
  /** In the order of fold and step. */
  readonly reports: readonly Report[];
  /** What the objective noted, any JSON by name. */
  readonly notes: Readonly<Record<string, unknown>>;
  /** Why it failed. */
  readonly error?: { readonly name: string; readonly message: string; readonly stack?: string };
  /** Milliseconds since 1970. The one thing, with `finished`, that differs between equal searches. */
  readonly started: number;
  readonly finished?: number;
}

/** The sum of all constraints that are broken, 0 for a feasible trial. */
export function violation(trial: { readonly constraints: readonly number[] }): number {
  return trial.constraints.reduce((sum, value) => sum + Math.max(0, value), 0);
}

/** Values as costs: each negated where its direction is `maximize`. */
export function costs(values: readonly number[], directions: readonly Direction[]): number[] {
  return values.map((value, i) => (directions[i] === 'maximize' ? -value : value));
}
