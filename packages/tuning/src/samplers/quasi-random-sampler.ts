import { EspalierError, option, readOptions, stream } from '@espalier/core';
import { fromUnit } from '../space/unit-interval.js';
import { suggestEach } from './random-sampler.js';
import type { Sampler } from './sampler.js';
import {
  randomlyScrambled,
  SOBOL_DIMENSIONS,
  sobolCoordinate,
  sobolDimension,
} from './sobol/sobol-sequence.js';

/** Options of {@link quasiRandomSampler}. */
export interface QuasiRandomSamplerOptions {
  /** Scrambles the sequence by the study's seed; without it every seed has the same points. Default true. */
  readonly scramble?: boolean;
}

/**
 * Points of Sobol's sequence, which fill the space more evenly than random ones: after 2^m trials each parameter has had
 * one value in each of 2^m equal parts. Each parameter has a dimension of its own, conditional ones too.
 *
 * Reference: the points of `scipy.stats.qmc.Sobol`; scrambled in the same way, with random numbers of our own.
 *
 * @throws EspalierError `invalid-option`; for more than 64 parameters when the study starts.
 * @example
 * ```ts
 * const sampler = quasiRandomSampler();
 * ```
 */
export function quasiRandomSampler(options: QuasiRandomSamplerOptions = {}): Sampler {
  const { values, config } = readOptions('quasi-random', options, {
    scramble: option.boolean({ default: true }),
  });
  const { scramble } = values;
  return {
    config,
    suggest(request) {
      const { space, seed, index } = request;
      if (space.dimensions.length > SOBOL_DIMENSIONS) {
        throw new EspalierError({
          code: 'invalid-option',
          scope: 'quasi-random',
          message: `the space has ${space.dimensions.length} parameters, and Sobol's sequence is known here for ${SOBOL_DIMENSIONS}; take another sampler.`,
        });
      }
      const positions = new Map(space.dimensions.map(({ name }, i) => [name, i]));
      return suggestEach(request, ({ name, distribution }) => {
        const plain = sobolDimension(positions.get(name)!);
        const own = scramble ? randomlyScrambled(plain, stream(seed, `quasi-random/${name}`)) : plain;
        return fromUnit(distribution, sobolCoordinate(own, index));
      });
    },
  };
}
