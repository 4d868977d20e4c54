import { stream } from '@espalier/core';
import { log } from '@espalier/core/internal';
import { fitKernel } from '../samplers/gp/fit-kernel.js';
import { type Coordinates, GaussianProcess } from '../samplers/gp/gaussian-process.js';
import { SearchCoordinates } from '../samplers/gp/search-coordinates.js';
import { standardized } from '../samplers/gp/standardized.js';
import type { TrialRecord } from '../trial/trial-record.js';
import type { TerminatorRequest } from './terminator.js';

/** How the bound is made. */
export interface RegretBoundOptions {
  /** The part of the complete trials, the best ones, that the Gaussian process is fitted to. */
  readonly topShare: number;
  /** At least so many. */
  readonly topTrials: number;
  /** Points at which it is asked what can be reached. */
  readonly candidates: number;
}

/**
 * What the best trial may be away from the optimum, with a probability of 90 %, in units of the objective: the least upper bound of the
 * best trials less the least lower bound anywhere,
 *
 * min over trials (mean + sqrt(beta variance)) - min over the space (mean - sqrt(beta variance)), beta = 2/5 log(d n^2 pi^2 / 0.6)
 *
 * of a Gaussian process fitted to the n best trials, with d parameters. 0 where these are all alike.
 *
 * Source: A. Makarova et al., "Automatic termination for hyperparameter optimization", AutoML 2022.
 * Reference: Optuna's `RegretBoundEvaluator`, with the kernel's fit and random numbers of our own.
 *
 * @returns Infinity where no trial is complete, or nothing varies.
 */
export function regretBound(
  { space, seed, finished, direction }: TerminatorRequest,
  options: RegretBoundOptions,
): number {
  const coordinates = new SearchCoordinates(space);
  const complete = finished.filter(({ state }) => state === 'complete');
  if (complete.length === 0 || coordinates.dimensions.length === 0) return Infinity;
  const { trials, costs, deviation } = bestOf(complete, direction, options);
  if (deviation === 0) return 0;
  const points = trials.map(({ parameters }) => coordinates.encode(parameters));
  const process = new GaussianProcess(fitKernel(points, costs, coordinates.isChoice), points, costs);
  const random = stream(seed, 'regret-bound', finished.length);
  const candidates = Array.from({ length: options.candidates }, () => coordinates.draw(random));
  return deviation * standardizedBound(process, points, candidates);
}

/** The bound of values of deviation 1. Exported for its test. */
export function standardizedBound(
  process: GaussianProcess,
  points: readonly Coordinates[],
  candidates: readonly Coordinates[],
): number {
  const [n, d] = [points.length, points[0]!.length];
  const beta = 0.4 * log((d * n * n * Math.PI * Math.PI) / 0.6);
  const bounds = (point: Coordinates) => {
    const { mean, variance } = process.predict(point);
    const margin = Math.sqrt(beta * Math.max(0, variance));
    return { lower: mean - margin, upper: mean + margin };
  };
  const known = points.map(bounds);
  const least = Math.min(...known.map(({ upper }) => upper));
  const reachable = candidates.reduce(
    (lowest, point) => Math.min(lowest, bounds(point).lower),
    Math.min(...known.map(({ lower }) => lower)),
  );
  return least - reachable;
}

/** The best trials, ties with the last one included, and their costs made mean 0 and deviation 1. */
function bestOf(
  complete: readonly TrialRecord[],
  direction: TerminatorRequest['direction'],
  { topShare, topTrials }: RegretBoundOptions,
) {
  const all = standardized(complete, [direction]).values;
  const count = Math.min(complete.length, Math.max(topTrials, Math.floor(topShare * complete.length)));
  const last = [...all].sort((a, b) => a - b)[count - 1]!;
  const trials = complete.filter((_, i) => all[i]! <= last);
  const { values, deviation } = standardized(trials, [direction]);
  return { trials, costs: values, deviation };
}
