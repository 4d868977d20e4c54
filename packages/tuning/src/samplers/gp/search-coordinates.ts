import type { RandomStream } from '@espalier/core';
import type { Distribution, ParameterValue } from '../../space/distributions.js';
import { isSingle } from '../../space/distributions.js';
import type { Dimension, Space } from '../../space/space.js';
import type { Parameters } from '../../space/space-types.js';
import { fromUnit, nearest, toUnit, uniform53 } from '../../space/unit-interval.js';
import type { Coordinates } from './gaussian-process.js';

/** Where the coordinates of a parameter that is not there stand. */
const ABSENT = 0.5;

/** A search space as coordinates: one for each parameter that can vary. */
export class SearchCoordinates {
  readonly #space: Pick<Space<unknown>, 'dimensions' | 'isActive'>;
  readonly dimensions: readonly Dimension[];
  readonly isChoice: readonly boolean[];
  /** Coordinates that any number in [0, 1] is a value of. */
  readonly isContinuous: readonly boolean[];
  /** Names that the conditions of others look at. */
  readonly #deciding: ReadonlySet<string>;

  constructor(space: Pick<Space<unknown>, 'dimensions' | 'isActive'>) {
    this.#space = space;
    this.dimensions = space.dimensions.filter(({ distribution }) => !isSingle(distribution));
    this.isChoice = this.dimensions.map(({ distribution }) => distribution.type === 'choice');
    this.isContinuous = this.dimensions.map(
      ({ distribution }) => distribution.type === 'float' && distribution.step === undefined,
    );
    this.#deciding = new Set(space.dimensions.flatMap(({ condition }) => Object.keys(condition)));
  }

  encode(parameters: Parameters): Coordinates {
    return Float64Array.from(this.dimensions, ({ name, distribution }) => {
      const value = parameters[name];
      if (value === undefined) return ABSENT;
      return distribution.type === 'choice'
        ? distribution.choices.indexOf(value)
        : toUnit(distribution, value);
    });
  }

  /** Values of the active parameters: coordinates of others are not looked at. */
  decode(point: Coordinates): Parameters {
    const values: Record<string, ParameterValue> = {};
    let at = 0;
    for (const dimension of this.#space.dimensions) {
      const { name, distribution } = dimension;
      const own = isSingle(distribution) ? undefined : point[at++]!;
      if (!this.#space.isActive(dimension, values)) continue;
      if (distribution.type === 'choice') values[name] = distribution.choices[own ?? 0]!;
      else values[name] = own === undefined ? distribution.low : fromUnit(distribution, own);
    }
    return values;
  }

  /** A uniform draw. */
  draw(random: RandomStream): Coordinates {
    const values: Record<string, ParameterValue> = {};
    for (const dimension of this.#space.dimensions) {
      const { name, distribution } = dimension;
      const position = uniform53(random);
      if (this.#space.isActive(dimension, values)) values[name] = fromUnit(distribution, position);
    }
    return this.encode(values);
  }

  /** Moves the numbers that are there by normal steps of a deviation; choices stay. */
  near(point: Coordinates, normal: () => number, deviation: number): Coordinates {
    const moved = point.map((value, i) =>
      this.isChoice[i] ? value : Math.min(1, Math.max(0, value + deviation * normal())),
    );
    return this.encode(this.decode(moved));
  }

  /** Which coordinates a local search may move: parameters that are there. */
  active(point: Coordinates): boolean[] {
    const values = this.decode(point);
    return this.dimensions.map(({ name }) => values[name] !== undefined);
  }

  /**
   * Other values of a coordinate that is not continuous: all of a choice, of a number those 1, 2, 4, ... steps away. None where other
   * parameters depend on it.
   */
  others(point: Coordinates, i: number): number[] {
    const { name, distribution } = this.dimensions[i]!;
    if (this.#deciding.has(name)) return [];
    if (distribution.type === 'choice')
      return distribution.choices.map((_, k) => k).filter((k) => k !== point[i]);
    return steps(distribution, point[i]!);
  }
}

function steps(distribution: Exclude<Distribution, { type: 'choice' }>, position: number): number[] {
  const here = fromUnit(distribution, position) as number;
  const step = distribution.step ?? 1;
  const found = new Set<number>();
  for (let length = step; length <= distribution.high - distribution.low; length *= 2)
    for (const value of [here - length, here + length])
      if (value >= distribution.low - step / 2 && value <= distribution.high + step / 2)
        found.add(toUnit(distribution, nearest(distribution, value)));
  return [...found].filter((each) => each !== position);
}
