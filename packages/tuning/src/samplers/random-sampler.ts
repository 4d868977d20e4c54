import { stream } from '@espalier/core';
import type { ParameterValue } from '../space/distributions.js';
import type { Dimension } from '../space/space.js';
import { fromUnit, uniform53 } from '../space/unit-interval.js';
import type { Sampler, SamplerRequest } from './sampler.js';

/**
 * Draws each parameter by itself, uniformly (in the logarithm, where its distribution says so).
 *
 * @example
 * ```ts
 * const study = await createStudy({ space: space({ x: float(0, 1) }), sampler: randomSampler(), seed: 1 });
 * ```
 */
export function randomSampler(): Sampler {
  return {
    config: { kind: 'random' },
    suggest: (request) => suggestEach(request, (dimension) => drawUniform(request, dimension)),
  };
}

/** The value that random search has for one parameter of one trial, whatever the others are. */
export function drawUniform(
  { seed, number }: Pick<SamplerRequest, 'seed' | 'number'>,
  { name, distribution }: Dimension,
): ParameterValue {
  return fromUnit(distribution, uniform53(stream(seed, `random/${name}`, number)));
}

/** Asks for each active parameter in turn. */
export function suggestEach(
  { space }: Pick<SamplerRequest, 'space'>,
  draw: (dimension: Dimension, before: Readonly<Record<string, ParameterValue>>) => ParameterValue,
): Record<string, ParameterValue> {
  const values: Record<string, ParameterValue> = {};
  for (const dimension of space.dimensions) {
    if (space.isActive(dimension, values)) values[dimension.name] = draw(dimension, values);
  }
  return values;
}
