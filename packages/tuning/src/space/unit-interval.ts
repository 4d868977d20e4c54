import type { RandomStream } from '@espalier/core';
import { exp, log } from '@espalier/core/internal';
import type { Distribution, FloatDistribution, IntDistribution, ParameterValue } from './distributions.js';

/** The interval that a number varies on, as its density sees it: logarithms taken, half a step added at both ends. */
export function scale({ low, high, log: isLog, step, type }: FloatDistribution | IntDistribution) {
  const half = step === undefined ? 0 : step / 2;
  const start = low - half;
  const end = high + half;
  const discrete = type === 'int' || step !== undefined;
  return { start: isLog ? log(start) : start, end: isLog ? log(end) : end, discrete };
}

/** The value next to `number` that the distribution has. */
export function nearest(distribution: FloatDistribution | IntDistribution, number: number): number {
  const { low, high, step } = distribution;
  const stepped = step === undefined ? number : low + Math.round((number - low) / step) * step;
  return Math.min(high, Math.max(low, stepped));
}

/** The value at `position` of [0, 1): choices and steps have parts of equal length (in the logarithm, where asked). */
export function fromUnit(distribution: Distribution, position: number): ParameterValue {
  if (distribution.type === 'choice') {
    const { choices } = distribution;
    return choices[Math.min(choices.length - 1, Math.floor(position * choices.length))]!;
  }
  if (distribution.low === distribution.high) return distribution.low;
  const { start, end } = scale(distribution);
  const at = start + position * (end - start);
  return nearest(distribution, distribution.log ? exp(at) : at);
}

/** Where in [0, 1] a value stands: the middle of its part. */
export function toUnit(distribution: Distribution, value: ParameterValue): number {
  if (distribution.type === 'choice')
    return (distribution.choices.indexOf(value) + 0.5) / distribution.choices.length;
  const { start, end } = scale(distribution);
  if (start === end) return 0.5;
  return ((distribution.log ? log(value as number) : (value as number)) - start) / (end - start);
}

/** Uniform in [0, 1), a multiple of 2^-53. */
export function uniform53(random: RandomStream): number {
  return ((random.nextInt32() >>> 5) * 2 ** 26 + (random.nextInt32() >>> 6)) * 2 ** -53;
}
