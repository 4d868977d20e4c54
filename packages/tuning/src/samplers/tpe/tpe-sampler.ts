import { checkOptions, stream } from '@espalier/core';
import type { ParameterValue } from '../../space/distributions.js';
import { isSingle } from '../../space/distributions.js';
import type { Dimension } from '../../space/space.js';
import type { Parameters } from '../../space/space-types.js';
import { drawUniform } from '../random-sampler.js';
import type { PendingTrial, Sampler, SamplerRequest } from '../sampler.js';
import type { ParzenEstimator, Point } from './parzen-estimator.js';
import { parzenEstimator } from './parzen-estimator.js';
import { splitTrials } from './split-trials.js';
import type { TpeSamplerOptions } from './tpe-options.js';
import { defaultGamma, defaultWeights, readTpeOptions } from './tpe-options.js';

/**
 * The tree-structured Parzen estimator: fits one density l to the good trials and one, g, to the others, draws from l,
 * and suggests the point with the largest l / g.
 *
 * Reference: densities, weights, bandwidths, the split and the acquisition are those of Optuna 5; the random numbers are
 * our own.
 *
 * Source: J. Bergstra et al., "Algorithms for hyper-parameter optimization", NeurIPS 2011.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const study = await createStudy({
 *   space: space({ learningRate: float(1e-4, 1e-1, { log: true }) }),
 *   sampler: tpeSampler({ startupTrials: 20 }),
 *   seed: 1,
 * });
 * ```
 */
export function tpeSampler(options: TpeSamplerOptions = {}): Sampler {
  const { values: settings, config } = readTpeOptions(options);
  const { startupTrials, candidates } = settings;
  return {
    config,
    suggest(request) {
      const { space, seed, number, finished } = request;
      const usable = finished.filter(({ state }) => state === 'complete' || state === 'pruned');
      const values: Record<string, ParameterValue> = {};
      if (usable.length < startupTrials || usable.length === 0) {
        for (const dimension of space.dimensions)
          if (space.isActive(dimension, values)) values[dimension.name] = drawUniform(request, dimension);
        return values;
      }
      for (const dimensions of groups(request, settings)) {
        const [first] = dimensions as [Dimension];
        if (!space.isActive(first, values)) continue;
        if (isSingle(first.distribution)) {
          values[first.name] = drawUniform(request, first);
          continue;
        }
        const { below, above } = tpeDensities(request, dimensions, settings);
        const random = stream(seed, `tpe/${dimensions.map(({ name }) => name).join(',')}`, number);
        let best: Point | undefined;
        let most = -Infinity;
        for (let i = 0; i < candidates; i++) {
          const point = below.sample(random);
          const acquisition = below.logDensity(point) - above.logDensity(point);
          if (best === undefined || acquisition > most) [best, most] = [point, acquisition];
        }
        dimensions.forEach(({ name, distribution }, i) => {
          values[name] = distribution.type === 'choice' ? distribution.choices[best![i]!]! : best![i]!;
        });
      }
      return values;
    },
  };
}

/** Parameters that are fitted together, those that others depend on first. One that has a single value is alone. */
function groups({ space, directions }: SamplerRequest, options: TpeSamplerOptions): Dimension[][] {
  const { multivariate = directions.length === 1, group = true } = options;
  const lists = new Map<string, Dimension[]>();
  for (const dimension of space.dimensions) {
    const condition = JSON.stringify(dimension.condition);
    const together = multivariate && !isSingle(dimension.distribution) && (group || condition === '{}');
    const key = together ? condition : dimension.name;
    lists.set(key, [...(lists.get(key) ?? []), dimension]);
  }
  return inOrder([...lists.values()]);
}

/** Puts every group behind those that its condition names. */
function inOrder(lists: Dimension[][]): Dimension[][] {
  const done = new Set<string>();
  const ordered: Dimension[][] = [];
  while (ordered.length < lists.length) {
    const next = lists.find(
      (list) => !ordered.includes(list) && Object.keys(list[0]!.condition).every((name) => done.has(name)),
    )!;
    ordered.push(next);
    for (const { name } of next) done.add(name);
  }
  return ordered;
}

/** The density of the good trials and that of the others, over the trials that had all of `dimensions`. */
export function tpeDensities(
  request: Pick<SamplerRequest, 'finished' | 'pending' | 'directions'>,
  dimensions: readonly Dimension[],
  options: TpeSamplerOptions,
): { below: ParzenEstimator; above: ParzenEstimator } {
  const { finished, pending, directions } = request;
  const { constantLiar = true, priorWeight = 1, weights = defaultWeights } = options;
  const usable = finished.filter(({ state }) => state === 'complete' || state === 'pruned');
  const count = options.gamma?.(usable.length) ?? defaultGamma(usable.length, directions.length);
  const split = splitTrials(usable, count, directions);
  const others: readonly PendingTrial[] = constantLiar
    ? [...split.above, ...pending].sort((a, b) => a.number - b.number)
    : split.above;
  const fit = (trials: readonly PendingTrial[], ones: boolean) => {
    const points = trials.flatMap(({ parameters }) => pointOf(dimensions, parameters) ?? []);
    const own = ones ? points.map(() => 1) : checkedWeights(weights(points.length), points.length);
    return parzenEstimator(dimensions, points, own, priorWeight);
  };
  return { below: fit(split.below, directions.length > 1), above: fit(others, false) };
}

function pointOf(dimensions: readonly Dimension[], parameters: Parameters): [Point] | undefined {
  const point: number[] = [];
  for (const { name, distribution } of dimensions) {
    const value = parameters[name];
    if (value === undefined) return undefined;
    point.push(distribution.type === 'choice' ? distribution.choices.indexOf(value) : (value as number));
  }
  return [point];
}

function checkedWeights(weights: readonly number[], count: number): readonly number[] {
  const check = checkOptions('tpe');
  if (weights.length !== count) check.fail(`weights(${count})`, `a list of ${count} numbers`, weights);
  weights.forEach((weight, i) => check.number(`weights(${count})[${i}]`, weight, { min: 0 }));
  return weights;
}
