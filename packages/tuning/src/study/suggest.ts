import { EspalierError } from '@espalier/core';
import type { ParameterValue } from '../space/distributions.js';
import type { Space } from '../space/space.js';
import type { Parameters } from '../space/space-types.js';
import { drawUniform } from '../samplers/random-sampler.js';
import type { Sampler, SamplerRequest } from '../samplers/sampler.js';
import type { Direction, TrialRecord } from '../trial/trial-record.js';

/** The study's part of a suggestion. */
export interface SuggestOptions {
  readonly space: Space<unknown>;
  readonly sampler: Sampler;
  readonly seed: number;
  readonly directions: readonly Direction[];
  /** All trials so far; the new one's number is how many. */
  readonly trials: readonly TrialRecord[];
  /** Looks at trials with a smaller number only. */
  readonly horizon: number;
  readonly fixed: Readonly<Record<string, ParameterValue>>;
}

/** How many trials have asked the sampler. */
export function askedSampler(trials: readonly TrialRecord[]): number {
  return trials.filter(({ fixed, parameters }) => !isWhole(fixed, parameters)).length;
}

const isWhole = (fixed: object, parameters: object): boolean =>
  Object.keys(fixed).length === Object.keys(parameters).length;

/**
 * Parameters for the next trial: what is fixed, and for the rest what the sampler says. A parameter that the sampler did not
 * think of, since others were fixed, is drawn at random.
 */
export function suggestParameters(options: SuggestOptions): Parameters {
  const { space, sampler, seed, directions, trials, horizon, fixed } = options;
  const request: SamplerRequest = {
    space,
    seed,
    number: trials.length,
    index: askedSampler(trials),
    finished: trials.slice(0, horizon),
    pending: trials.slice(horizon).map(({ number, parameters }) => ({ number, parameters })),
    directions,
  };
  const onlyFixed = filled(request, fixed, undefined);
  if (onlyFixed) return space.check(onlyFixed) as Parameters;
  const values = filled(request, fixed, sampler.suggest(request))!;
  try {
    return space.check(values) as Parameters;
  } catch (cause) {
    throw new EspalierError({
      code: 'execution-failed',
      scope: sampler.config.kind,
      message: `the sampler's suggestion for trial ${trials.length} is not in the space: ${(cause as Error).message}`,
      cause,
    });
  }
}

/** Without a suggestion: all active values where all are fixed, else `undefined`. */
function filled(
  request: SamplerRequest,
  fixed: Parameters,
  suggested: Parameters | undefined,
): Parameters | undefined {
  const values: Record<string, ParameterValue> = {};
  for (const dimension of request.space.dimensions) {
    const { name } = dimension;
    if (!request.space.isActive(dimension, values)) continue;
    // `null` is a value, too.
    const value = Object.hasOwn(fixed, name) ? fixed[name] : suggested?.[name];
    if (value !== undefined) values[name] = value;
    else if (suggested) values[name] = drawUniform(request, dimension);
    else return undefined;
  }
  return values;
}
