import { EspalierError, option, readOptions } from '@espalier/core';
import { exp, log } from '@espalier/core/internal';
import type { ParameterValue } from '../space/distributions.js';
import type { Dimension } from '../space/space.js';
import type { Parameters } from '../space/space-types.js';
import { fromUnit } from '../space/unit-interval.js';
import type { Sampler, SamplerRequest } from './sampler.js';

/** Options of {@link gridSampler}. */
export interface GridSamplerOptions {
  /**
   * How many points each number has, by parameter: the ends and points evenly between (in the logarithm, where asked).
   * Needed for each `float` without `step`; whole numbers and steps have all their values by default.
   */
  readonly points?: Readonly<Record<string, number>>;
}

/** More combinations than this are a mistake. */
const LIMIT = 1e7;

/**
 * All combinations, one after the other, the last parameter fastest; a conditional parameter varies only where it is
 * there. The study ends with the last combination.
 *
 * @throws EspalierError `invalid-option`; for a number without `points` when the study starts.
 * @example
 * ```ts
 * const sampler = gridSampler({ points: { learningRate: 5 } });
 * ```
 */
export function gridSampler(options: GridSamplerOptions = {}): Sampler {
  const { values, config } = readOptions('grid', options, {
    points: option.custom<Readonly<Record<string, number>>>({
      default: {},
      expected: 'whole numbers >= 1 by parameter',
      accepts: (value) =>
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every((count) => Number.isInteger(count) && count >= 1),
    }),
  });
  const { points } = values;
  return {
    config,
    size: (space) => countFrom(space, valuesOf(space, points), 0, {}),
    suggest: ({ space, index }) => combination(space, valuesOf(space, points), index),
  };
}

type Values = readonly (readonly ParameterValue[])[];

function valuesOf({ dimensions }: SamplerRequest['space'], points: Readonly<Record<string, number>>): Values {
  const unknown = Object.keys(points).find((name) => !dimensions.some((d) => d.name === name));
  if (unknown !== undefined)
    fail(
      `points names '${unknown}', which is not in the space (${dimensions.map((d) => d.name).join(', ')})`,
    );
  return dimensions.map((dimension) => values(dimension, points[dimension.name]));
}

function values({ name, distribution }: Dimension, count: number | undefined): ParameterValue[] {
  if (distribution.type === 'choice') return [...distribution.choices];
  const { low, high, step } = distribution;
  if (low === high) return [low];
  if (count === undefined) {
    if (step === undefined) fail(`'${name}' can be any number from ${low} to ${high}; give points.${name}`);
    return Array.from({ length: Math.round((high - low) / step!) + 1 }, (_, i) => low + i * step!);
  }
  if (count === 1) return [fromUnit(distribution, 0.5)];
  const [start, end] = distribution.log ? [log(low), log(high)] : [low, high];
  const at = (i: number) => start + (i / (count - 1)) * (end - start);
  const exact = Array.from({ length: count }, (_, i) => {
    if (i === 0) return low;
    if (i === count - 1) return high;
    const value = distribution.log ? exp(at(i)) : at(i);
    return step === undefined ? value : low + Math.round((value - low) / step) * step;
  });
  return [...new Set(exact)];
}

function countFrom(space: SamplerRequest['space'], lists: Values, from: number, chosen: Parameters): number {
  const dimension = space.dimensions[from];
  if (!dimension) return 1;
  if (!space.isActive(dimension, chosen)) return countFrom(space, lists, from + 1, chosen);
  const controls = space.dimensions.some(({ condition }) => dimension.name in condition);
  const list = lists[from]!;
  // What nobody depends on multiplies; only what others depend on has to be gone through.
  const count = controls
    ? list.reduce<number>(
        (sum, value) => sum + countFrom(space, lists, from + 1, { ...chosen, [dimension.name]: value }),
        0,
      )
    : list.length * countFrom(space, lists, from + 1, { ...chosen, [dimension.name]: list[0]! });
  if (count > LIMIT) fail(`the grid has more than ${LIMIT} combinations; take fewer points`);
  return count;
}

function combination(space: SamplerRequest['space'], lists: Values, index: number): Parameters {
  const chosen: Record<string, ParameterValue> = {};
  let rest = index;
  space.dimensions.forEach((dimension, i) => {
    if (!space.isActive(dimension, chosen)) return;
    for (const value of lists[i]!) {
      const below = countFrom(space, lists, i + 1, { ...chosen, [dimension.name]: value });
      if (rest < below) {
        chosen[dimension.name] = value;
        return;
      }
      rest -= below;
    }
    fail(`there is no combination ${index}; the grid has fewer`);
  });
  return chosen;
}

function fail(message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope: 'grid', message: `${message}.` });
}
