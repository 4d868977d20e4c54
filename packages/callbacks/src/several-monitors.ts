import { checkOptions, option, type Run } from '@espalier/core';
import { improves, type MonitorMode, resolveMode } from './monitor.js';

/** How several metrics decide together whether an epoch is better than the best so far. */
export type Combine = 'any' | 'all' | 'ranked';

/** What makes a value of one metric better. */
export interface Criterion {
  readonly monitor: string;
  readonly direction: 'min' | 'max';
  readonly minDelta: number;
  readonly relative: boolean;
}

/** What {@link compareValues} finds. */
export interface Comparison {
  /** Whether the values are better by enough. */
  readonly improved: boolean;
  /** What the next values are compared with. */
  readonly best: readonly (number | undefined)[];
}

/** The rule of an option with one value for all metrics, or a list with one for each. */
export function eachRule<T, const F extends T | undefined>(
  expected: string,
  accepts: (value: unknown) => boolean,
  fallback: F,
) {
  return option.custom<
    T | readonly T[],
    F extends undefined ? { readonly optional: true } : { readonly default: T }
  >({
    expected,
    accepts: (value) => (Array.isArray(value) ? value.length > 0 && value.every(accepts) : accepts(value)),
    ...((fallback === undefined ? { optional: true } : { default: fallback }) as F extends undefined
      ? { readonly optional: true }
      : { readonly default: T }),
  });
}

/**
 * The values of such an option, one for each metric.
 *
 * @throws EspalierError `invalid-option` for a list of another length.
 */
export function valueOfEach<T>(
  scope: string,
  name: string,
  value: T | readonly T[],
  count: number,
): readonly T[] {
  if (!Array.isArray(value)) return Array<T>(count).fill(value as T);
  if (value.length !== count)
    checkOptions(scope).fail(name, `a list of ${count}, one for each monitor`, value);
  return value as readonly T[];
}

/** The criteria of a run, which knows the directions. */
export function criteriaOf(
  scope: string,
  run: Run,
  monitors: readonly string[],
  {
    modes,
    minDeltas,
    relative,
  }: {
    readonly modes: readonly MonitorMode[];
    readonly minDeltas: readonly number[];
    readonly relative: boolean;
  },
): readonly Criterion[] {
  return monitors.map((monitor, i) => ({
    monitor,
    direction: resolveMode(scope, run, monitor, modes[i]!),
    minDelta: minDeltas[i]!,
    relative,
  }));
}

/**
 * Compares the values of an epoch with the best ones so far.
 *
 * - `any`: each metric has a best value of its own, and one that gets better is enough;
 * - `all`: every metric must be better than at the best epoch;
 * - `ranked`: the first metric that differs from the best epoch's by more than its `minDelta` decides.
 *
 * @param cumulative False lets a value that is better by less than `minDelta` become the one to beat.
 */
export function compareValues(
  criteria: readonly Criterion[],
  values: readonly number[],
  best: readonly (number | undefined)[],
  combine: Combine,
  cumulative: boolean,
): Comparison {
  const better = (i: number, margin: number): boolean =>
    improves(values[i]!, best[i], criteria[i]!.direction, margin);
  const margins = criteria.map(({ minDelta, relative }, i) =>
    relative ? minDelta * Math.abs(best[i] ?? 0) : minDelta,
  );
  const improved = criteria.map((_, i) => better(i, margins[i]!));
  if (combine === 'any') {
    const next = best.map((old, i) => (improved[i] || (!cumulative && better(i, 0)) ? values[i] : old));
    return { improved: improved.includes(true), best: next };
  }
  const allBetter = (margin: (i: number) => number): boolean =>
    combine === 'all'
      ? criteria.every((_, i) => better(i, margin(i)))
      : firstDecides(criteria, values, best, margin);
  const enough = allBetter((i) => margins[i]!);
  return { improved: enough, best: enough || (!cumulative && allBetter(() => 0)) ? values : best };
}

function firstDecides(
  criteria: readonly Criterion[],
  values: readonly number[],
  best: readonly (number | undefined)[],
  margin: (i: number) => number,
): boolean {
  for (const [i, { direction }] of criteria.entries()) {
    if (improves(values[i]!, best[i], direction, margin(i))) return true;
    // A NaN decides too: it is worse than any number.
    if (Number.isNaN(values[i]) || improves(best[i]!, values[i], direction, margin(i))) return false;
  }
  return false;
}
