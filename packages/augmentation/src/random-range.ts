import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Given, option } from '@espalier/core';
import type { Draw } from './draw.js';

/** A number that is drawn for each example: `v` stands for [center - v, center + v], a pair for [min, max]. */
export type RandomRange = number | readonly [min: number, max: number];

/** What the numbers of a range may be. */
interface RangeLimits {
  /** What a single number is around. */
  readonly center: number;
  readonly min?: number;
  readonly max?: number;
}

/** The rule of an option that is a {@link RandomRange}. */
export function randomRange<const G extends Given<RandomRange>>(limits: RangeLimits, given?: G) {
  const { center, min = -Infinity, max = Infinity } = limits;
  const bounds = [min > -Infinity ? ` >= ${min}` : '', max < Infinity ? ` <= ${max}` : ''];
  return option.custom<RandomRange, G>({
    expected: `a number >= 0, how far from ${center} it may be, or a pair [min, max] of numbers${bounds.filter(Boolean).join(' and')}`,
    accepts(value) {
      if (typeof value === 'number') return Number.isFinite(value) && value >= 0;
      if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isFinite)) return false;
      const [low, high] = value as [number, number];
      return low <= high && low >= min && high <= max;
    },
    ...(given as G),
  });
}

/** The interval of a range, cut to what the numbers may be. */
export function interval(value: RandomRange, limits: RangeLimits): readonly [min: number, max: number] {
  const { center, min = -Infinity, max = Infinity } = limits;
  const [low, high] = typeof value === 'number' ? [center - value, center + value] : value;
  return [Math.max(low, min), Math.min(high, max)];
}

/** Numbers uniform in the interval, `[N, 1, 1, 1]`; a scalar where it is one number. */
export function uniformIn(draw: Draw, name: string, [low, high]: readonly [number, number]): Tensor {
  return low === high ? tf.scalar(low) : between(draw.uniform(name), low, high);
}

/** Numbers uniform in [0, 1) moved to [low, high). */
export function between(uniform: Tensor, low: number, high: number): Tensor {
  return tf.add(tf.mul(uniform, high - low), low);
}

/** Whole numbers uniform in 0 .. count - 1, as float32. */
export function wholeBelow(uniform: Tensor, count: number): Tensor {
  return tf.floor(tf.mul(uniform, count));
}
