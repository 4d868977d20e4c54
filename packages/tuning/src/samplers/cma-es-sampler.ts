import { EspalierError, option, readOptions, stream } from '@espalier/core';
import { normalDraw } from '../math/normal-draw.js';
import { isSingle } from '../space/distributions.js';
import type { Dimension } from '../space/space.js';
import { fromUnit, toUnit } from '../space/unit-interval.js';
import type { TrialRecord } from '../trial/trial-record.js';
import { costs, violation } from '../trial/trial-record.js';
import type { CmaEsState } from './cma-es/cma-es-state.js';
import { defaultPopulation, drawPoint, nextCmaEsState, startOfCmaEs } from './cma-es/cma-es-state.js';
import { drawUniform, suggestEach } from './random-sampler.js';
import type { Sampler, SamplerRequest } from './sampler.js';

/** Options of {@link cmaEsSampler}. */
export interface CmaEsSamplerOptions {
  /** Trials in a generation, >= 2. Default 4 + floor(3 ln n) for n numbers. */
  readonly population?: number;
  /** The first standard deviation, as a part of each interval, > 0. Default 1 / 6. */
  readonly sigma?: number;
}

/** Draws out of the box before the last one is cut off at its walls. */
const REDRAWS = 100;

/**
 * Covariance matrix adaptation: an evolution strategy for numbers. Trials come in generations; after each the normal
 * distribution that trials are drawn from moves, stretches and turns towards the better half.
 *
 * It searches the numbers that are always there, each scaled to [0, 1] (by its logarithm, where asked). Choices and
 * conditional parameters are drawn at random. Failed trials count as the worst; pruned ones by their last report, behind all
 * complete ones. With n trials in parallel a generation takes effect n - 1 trials after it is full.
 *
 * Source: N. Hansen, "The CMA evolution strategy: a tutorial", 2016. Reference: the Python package `cmaes`, which is also
 * what Optuna's `CmaEsSampler` runs.
 *
 * @throws EspalierError `invalid-option`; for several objectives when the study starts.
 * @example
 * ```ts
 * const sampler = cmaEsSampler({ population: 8 });
 * ```
 */
export function cmaEsSampler(options: CmaEsSamplerOptions = {}): Sampler {
  const { values, config } = readOptions('cma-es', options, {
    population: option.integer({ min: 2, optional: true }),
    sigma: option.number({ min: 0, exclusiveMin: true, default: 1 / 6 }),
  });
  const { population, sigma } = values;
  return {
    config,
    suggest(request) {
      const { space, directions, seed, number } = request;
      if (directions.length > 1)
        throw new EspalierError({
          code: 'invalid-option',
          scope: 'cma-es',
          message: `it has one objective, the study has ${directions.length}; take tpeSampler.`,
        });
      const dimensions = space.dimensions.filter(
        ({ distribution, condition }) =>
          distribution.type !== 'choice' && !isSingle(distribution) && Object.keys(condition).length === 0,
      );
      if (dimensions.length === 0) return suggestEach(request, (each) => drawUniform(request, each));
      const state = replay(request, dimensions, population ?? defaultPopulation(dimensions.length), sigma);
      const point = drawInside(state, seed, number);
      return suggestEach(request, (dimension) => {
        const at = dimensions.indexOf(dimension);
        return at < 0 ? drawUniform(request, dimension) : fromUnit(dimension.distribution, point[at]!);
      });
    },
  };
}

/** The state after all generations whose trials may all be looked at. */
function replay(
  { finished, directions }: SamplerRequest,
  dimensions: readonly Dimension[],
  population: number,
  sigma: number,
): CmaEsState {
  let state = startOfCmaEs(new Float64Array(dimensions.length).fill(0.5), sigma);
  for (let start = 0; start + population <= finished.length; start += population) {
    const generation = finished.slice(start, start + population);
    const ranks = ranked(generation, (trial) => score(trial, directions));
    const solutions = generation.map(({ parameters }, i) => ({
      point: dimensions.map(({ name, distribution }) => toUnit(distribution, parameters[name]!)),
      cost: ranks[i]!,
    }));
    state = nextCmaEsState(state, solutions);
  }
  return state;
}

/** Only the order counts: complete and feasible by value, infeasible by how much, pruned by last report, failed. */
function score(trial: TrialRecord, directions: SamplerRequest['directions']): number[] {
  if (trial.state === 'failed') return [3, 0];
  const broken = violation(trial);
  if (broken > 0) return [1, broken];
  if (trial.state === 'complete') return [0, costs(trial.values!, directions)[0]!];
  const last = trial.reports.at(-1)?.value ?? Infinity;
  return [2, Number.isNaN(last) ? Infinity : costs([last], directions)[0]!];
}

function ranked(trials: readonly TrialRecord[], of: (trial: TrialRecord) => number[]): number[] {
  const scores = trials.map(of);
  const order = trials
    .map((_, i) => i)
    .sort((a, b) => scores[a]![0]! - scores[b]![0]! || compare(scores[a]![1]!, scores[b]![1]!) || a - b);
  const ranks = new Array<number>(trials.length);
  order.forEach((index, rank) => (ranks[index] = rank));
  return ranks;
}

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

function drawInside(state: CmaEsState, seed: number, number: number): Float64Array {
  const random = stream(seed, 'cma-es', number);
  const normal = normalDraw(random);
  let point = state.mean;
  for (let i = 0; i <= REDRAWS; i++) {
    point = drawPoint(state, Array.from(state.mean, normal));
    if (point.every((value) => value >= 0 && value < 1)) return point;
  }
  return point.map((value) => Math.min(1 - 2 ** -53, Math.max(0, value)));
}
