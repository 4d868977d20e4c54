import { EspalierError, option, readOptions, stream } from '@espalier/core';
import { fromUnit } from '../space/unit-interval.js';
import { haltonCoordinate, haltonDimension, permuted } from './halton/halton-sequence.js';
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
  /** `halton` has no limit of parameters; beyond some ten its points are less even than those of `sobol`. Default `sobol`. */
  readonly sequence?: 'sobol' | 'halton';
  /** Scrambles the sequence by the study's seed; without it every seed has the same points. Default true. */
  readonly scramble?: boolean;
}

/**
 * Points of Sobol's or Halton's sequence, which fill the space more evenly than random ones: after 2^m trials of Sobol's each
 * parameter has had one value in each of 2^m equal parts. Each parameter has a dimension of its own, conditional ones too.
 *
 * Reference: the points of `scipy.stats.qmc.Sobol` and `Halton`; scrambled in the same way, with random numbers of our own.
 *
 * @throws EspalierError `invalid-option`; for more than 64 parameters of Sobol's sequence when the study starts.
 * @example
 * ```ts
 * const sampler = quasiRandomSampler();
 * ```
 */
export function quasiRandomSampler(options: QuasiRandomSamplerOptions = {}): Sampler {
  const { values, config } = readOptions('quasi-random', options, {
    sequence: option.oneOf(['sobol', 'halton'], { default: 'sobol' }),
    scramble: option.boolean({ default: true }),
  });
  const { sequence, scramble } = values;
  return {
    config,
    suggest(request) {
      const { space, seed, index } = request;
      if (sequence === 'sobol' && space.dimensions.length > SOBOL_DIMENSIONS) {
        throw new EspalierError({
          code: 'invalid-option',
          scope: 'quasi-random',
          message: `the space has ${space.dimensions.length} parameters, and Sobol's sequence is known here for ${SOBOL_DIMENSIONS}; give sequence: 'halton', or take another sampler.`,
        });
      }
      const positions = new Map(space.dimensions.map(({ name }, i) => [name, i]));
      return suggestEach(request, ({ name, distribution }) => {
        const position = positions.get(name)!;
        if (sequence === 'halton') {
          const plain = haltonDimension(position);
          const own = scramble ? permuted(plain, stream(seed, `quasi-random/halton/${name}`)) : plain;
          return fromUnit(distribution, haltonCoordinate(own, index));
        }
        const plain = sobolDimension(position);
        const own = scramble ? randomlyScrambled(plain, stream(seed, `quasi-random/${name}`)) : plain;
        return fromUnit(distribution, sobolCoordinate(own, index));
      });
    },
  };
}
