import type { Measurement } from './run-plan.js';
import { fixed } from './result-table.js';
import { meanOverSeeds } from 'espalier';

/** A difference between two rows, run by run of the same seed. */
export interface Comparison {
  readonly text: string;
  /** First minus second, one for each seed that both have. */
  readonly differences: readonly number[];
  /** What the mean difference is held against. */
  readonly by: number;
}

/** A conclusion of the study, and what the runs say to it. */
export interface Claim {
  readonly text: string;
  readonly verdict: 'holds' | 'does not hold' | 'not decided by these runs';
  readonly evidence: string;
}

type Named<R> = readonly [name: string, runs: readonly R[]];

/**
 * Whether a figure is greater in the first row than in the second, by more than `by`: the mean difference between runs of the same
 * seed, with its 95 % confidence interval.
 */
export function greater<R extends { readonly seed: number } = Measurement>(
  [first, firstRuns]: Named<R>,
  [second, secondRuns]: Named<R>,
  figure: (run: R) => number,
  {
    unit = 'points',
    digits = 2,
    by = 0,
  }: { readonly unit?: string; readonly digits?: number; readonly by?: number } = {},
): Comparison {
  const differences = firstRuns.flatMap((run) => {
    const other = secondRuns.find(({ seed }) => seed === run.seed);
    return other ? [figure(run) - figure(other)] : [];
  });
  return {
    text: `${first} against ${second}: ${differenceText(differences, digits, unit)}`,
    differences,
    by,
  };
}

function differenceText(differences: readonly number[], digits: number, unit: string): string {
  const seeds = differences.length;
  if (seeds === 0) return 'not run with the same seed';
  const diverged = differences.filter((difference) => !Number.isFinite(difference)).length;
  if (diverged > 0) return `not a number in ${diverged} of ${counted(seeds, 'seed')}`;
  const { mean, margin } = meanOverSeeds(differences);
  const spread = seeds === 1 ? '' : ` ± ${fixed(margin, digits)}`;
  return `${signed(mean, digits)}${spread}${unit === '' ? '' : ` ${unit}`}, ${counted(seeds, 'seed')}`;
}

/** `+1.20`, `-0.30`, `+0.00`. */
export function signed(value: number, digits: number): string {
  const text = fixed(value, digits);
  return text.startsWith('-') ? text : `+${text}`;
}

/** `1 seed`, `3 seeds`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/**
 * 1 where the mean difference is greater beyond doubt than it is held against, -1 where it is less, 0 where these runs do not tell.
 * Of several that are looked at together, all intervals hold at once with 95 % confidence.
 */
export function signOf({ differences, by }: Comparison, comparisons = 1): -1 | 0 | 1 {
  const { mean, margin } = meanOverSeeds(differences, { comparisons });
  return mean - margin > by ? 1 : mean + margin < by ? -1 : 0;
}

/**
 * A claim that holds where each comparison comes out greater, and does not where one of them comes out less. The more there are the
 * likelier is it that one does by chance, so that those are looked at together.
 */
export function claimOf(text: string, comparisons: readonly Comparison[]): Claim {
  const count = comparisons.length;
  const holds = count > 0 && comparisons.every((comparison) => signOf(comparison) === 1);
  const fails = comparisons.some((comparison) => signOf(comparison, count) === -1);
  return {
    text,
    verdict: holds ? 'holds' : fails ? 'does not hold' : 'not decided by these runs',
    evidence: comparisons.map((comparison) => comparison.text).join('; ') || 'nothing was run',
  };
}
