import type { RandomStream } from '@espalier/core';
import { option, readOptions, stream } from '@espalier/core';
import { isSingle } from '../../space/distributions.js';
import type { Parameters } from '../../space/space-types.js';
import { uniform53 } from '../../space/unit-interval.js';
import type { Direction, TrialRecord } from '../../trial/trial-record.js';
import { drawUniform, suggestEach } from '../random-sampler.js';
import type { Sampler } from '../sampler.js';
import { isBetter, parentsOf } from './parents.js';

/** Options of {@link nsgaIISampler}. */
export interface NsgaIISamplerOptions {
  /** Complete trials in a generation, >= 2. Default 50. */
  readonly population?: number;
  /** Of how many children two parents' values are mixed, in [0, 1]; others begin as a copy of one parent. Default 0.9. */
  readonly crossoverProbability?: number;
  /** With which probability a mixed child has a value of the second parent, in [0, 1]. Default 0.5. */
  readonly swappingProbability?: number;
  /** With which probability a value of a child is mutated: drawn at random, in [0, 1]. Default 1 / n for n parameters of the parent. */
  readonly mutationProbability?: number;
}

/**
 * NSGA-II, a genetic algorithm for several objectives and many trials: children of the best trials so far, those that none
 * dominates first, and among equals those that lie apart.
 *
 * The first generation is drawn at random. Each later trial takes two parents, each the better of two drawn ones, mixes their values,
 * and mutates some. Infeasible trials are behind all feasible ones, by how much they break the constraints; pruned and failed ones
 * are in no generation. A conditional parameter comes from a parent that has it, else it is drawn.
 *
 * Reference: generations, ranks, crowding and parents are those of Optuna's `NSGAIISampler` with its uniform crossover; the random
 * numbers are our own, and conditional parameters are inherited, too, which Optuna draws at random.
 *
 * Source: K. Deb et al., "A fast and elitist multiobjective genetic algorithm: NSGA-II", IEEE Transactions on Evolutionary Computation
 * 6 (2002).
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const study = await createStudy({
 *   space: space({ units: int(8, 256, { log: true }), dropout: float(0, 0.5) }),
 *   direction: ['maximize', 'minimize'],
 *   sampler: nsgaIISampler({ population: 20 }),
 *   seed: 1,
 * });
 * ```
 */
export function nsgaIISampler(options: NsgaIISamplerOptions = {}): Sampler {
  const { values: settings, config } = readOptions('nsga-ii', options, {
    population: option.integer({ min: 2, default: 50 }),
    crossoverProbability: option.number({ min: 0, max: 1, default: 0.9 }),
    swappingProbability: option.number({ min: 0, max: 1, default: 0.5 }),
    mutationProbability: option.number({ min: 0, max: 1, optional: true }),
  });
  const { population, crossoverProbability, swappingProbability } = settings;
  return {
    config,
    suggest(request) {
      const { space, seed, number, finished, directions } = request;
      const parents = parentsOf(finished, population, directions);
      if (parents.length === 0) return suggestEach(request, (dimension) => drawUniform(request, dimension));
      const random = stream(seed, 'nsga-ii', number);
      const mixed = uniform53(random) < crossoverProbability;
      const first = mixed ? tournament(parents, directions, random) : pick(parents, random);
      const others = parents.filter((trial) => trial !== first);
      const second = mixed ? tournament(others, directions, random) : first;
      const varied = space.dimensions.filter(
        ({ name, distribution }) => !isSingle(distribution) && has(first.parameters, name),
      );
      const mutation = settings.mutationProbability ?? 1 / Math.max(1, varied.length);
      return suggestEach(request, (dimension) => {
        const swap = uniform53(random) < swappingProbability;
        const mutated = uniform53(random) < mutation;
        const order = swap ? [second, first] : [first, second];
        const parent = mutated ? undefined : order.find(({ parameters }) => has(parameters, dimension.name));
        return parent ? parent.parameters[dimension.name]! : drawUniform(request, dimension);
      });
    },
  };
}

const has = (parameters: Parameters, name: string): boolean => Object.hasOwn(parameters, name);

const pick = (trials: readonly TrialRecord[], random: RandomStream): TrialRecord =>
  trials[random.integer(trials.length)]!;

/** The better of two drawn ones, the second where neither is. */
function tournament(
  trials: readonly TrialRecord[],
  directions: readonly Direction[],
  random: RandomStream,
): TrialRecord {
  const [a, b] = [pick(trials, random), pick(trials, random)];
  return isBetter(a, b, directions) ? a : b;
}
