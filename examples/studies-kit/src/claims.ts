import type { Measurement } from './run-plan.js';
import { fixed } from './result-table.js';
import { meanOverSeeds } from 'espalier';

/** A difference between two rows, run by run of the same seed. */
export interface Comparison {
  readonly text: string;
  /** Mean difference, and half the width of its 95 % confidence interval; NaN where there are too few runs. */
  readonly difference: number;
  readonly error: number;
  /** 1 where the first is greater beyond doubt, -1 where it is less, 0 where these runs do not tell. */
  readonly sign: -1 | 0 | 1;
}

/** A conclusion of the study, and what the runs say to it. */
export interface Claim {
  readonly text: string;
  readonly verdict: 'holds' | 'does not hold' | 'not decided by these runs';
  readonly evidence: string;
}

type Named<R> = readonly [name: string, runs: readonly R[]];

/**
 * Whether a figure is greater in the first row than in the second: the mean difference between runs of the same seed, with
 * its 95 % confidence interval.
 */
export function greater<R extends { readonly seed: number } = Measurement>(
  [first, firstRuns]: Named<R>,
  [second, secondRuns]: Named<R>,
  figure: (run: R) => number,
  {
    unit = 'points',
    digits = 2,
    by = 0,
    comparisons = 1,
  }: {
    readonly unit?: string;
    readonly digits?: number;
    readonly by?: number;
    readonly comparisons?: number;
  } = {},
): Comparison {
  const differences = firstRuns.flatMap((run) => {
    const other = secondRuns.find(({ seed }) => seed === run.seed);
    return other ? [figure(run) - figure(other)] : [];
  });
  if (differences.length === 0)
    return { text: `${first} against ${second}: not run`, difference: NaN, error: NaN, sign: 0 };
  const { mean: centre, margin: error } = meanOverSeeds(differences, { comparisons });
  const sign = centre - error > by ? 1 : centre + error < by ? -1 : 0;
  const spread = Number.isNaN(error) ? '' : ` ± ${fixed(error, digits)}`;
  const signed = `${centre >= 0 ? '+' : ''}${fixed(centre, digits)}`;
  return {
    text: `${first} against ${second}: ${signed}${spread} ${unit}${Number.isNaN(error) ? ' (one run each)' : ''}`,
    difference: centre,
    error,
    sign,
  };
}

/** A claim that holds where each comparison comes out greater, and does not where one comes out less. */
export function claimOf(text: string, comparisons: readonly Comparison[]): Claim {
  const holds = comparisons.every(({ sign }) => sign === 1);
  const fails = comparisons.some(({ sign }) => sign === -1);
  return {
    text,
    verdict: holds ? 'holds' : fails ? 'does not hold' : 'not decided by these runs',
    evidence: comparisons.map((comparison) => comparison.text).join('; '),
  };
}
