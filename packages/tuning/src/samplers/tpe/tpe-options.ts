import { option, readOptions } from '@espalier/core';

/** Options of `tpeSampler`. */
export interface TpeSamplerOptions {
  /** Random trials at the start: it suggests by itself once so many it may look at are complete or pruned. Default 10. */
  readonly startupTrials?: number;
  /** Points drawn from the good density, of which the best is suggested. Default 24. */
  readonly candidates?: number;
  /**
   * Fits one density to all parameters of a group together, so that it knows how they depend on each other; `false` fits
   * each parameter alone. Default true with one objective, false with several.
   */
  readonly multivariate?: boolean;
  /**
   * With `multivariate`: parameters of one condition are fitted together, by the trials that had them. `false` fits
   * conditional parameters one by one. Default true.
   */
  readonly group?: boolean;
  /** Counts trials that still run as bad ones, so that parallel trials keep apart. Default true. */
  readonly constantLiar?: boolean;
  /** Weight of the wide kernel against one observation, > 0. Default 1. */
  readonly priorWeight?: number;
  /** How many of `n` finished trials count as good. Default min(ceil(n / 10), 25); ceil(n / 10) with several objectives. */
  readonly gamma?: (finished: number) => number;
  /** A weight for each of `n` observations, oldest first. Default: 1 for the last 25, falling linearly to 1 / n before. */
  readonly weights?: (observations: number) => readonly number[];
}

const functionOfNumber = <T>() =>
  option.custom<T>({
    optional: true,
    expected: 'a function of a number',
    accepts: (value) => typeof value === 'function',
  });

/** @throws EspalierError `invalid-option`. */
export function readTpeOptions(options: TpeSamplerOptions) {
  return readOptions('tpe', options, {
    startupTrials: option.integer({ min: 0, default: 10 }),
    candidates: option.integer({ min: 1, default: 24 }),
    multivariate: option.boolean({ optional: true }),
    group: option.boolean({ default: true }),
    constantLiar: option.boolean({ default: true }),
    priorWeight: option.number({ min: 0, exclusiveMin: true, default: 1 }),
    gamma: functionOfNumber<(finished: number) => number>(),
    weights: functionOfNumber<(observations: number) => readonly number[]>(),
  });
}

/** How many of `finished` trials count as good. */
export function defaultGamma(finished: number, objectives: number): number {
  const tenth = Math.ceil(0.1 * finished);
  return objectives === 1 ? Math.min(tenth, 25) : tenth;
}

/** 1 for the last 25 observations, a line from 1 / n to 1 for those before. */
export function defaultWeights(observations: number): number[] {
  const older = observations - 25;
  return Array.from({ length: observations }, (_, i) => {
    if (i >= older) return 1;
    return older === 1 ? 1 / observations : 1 / observations + (i / (older - 1)) * (1 - 1 / observations);
  });
}
