import type { RandomStream } from '@espalier/core';
import { exp, log } from '@espalier/core/internal';
import {
  logAdd,
  logNormalDensity,
  logNormalMass,
  truncatedNormalQuantile,
} from '../../math/normal-distribution.js';
import type { Dimension } from '../../space/space.js';
import { nearest, scale, uniform53 } from '../../space/unit-interval.js';

/** A point of a density: a number for each parameter, for a choice the position of its value. */
export type Point = readonly number[];

/** The density of one parameter given the kernel. */
export interface KernelDimension {
  /** log density, or log probability of a discrete value, of `value` under kernel `kernel`. */
  logDensity(kernel: number, value: number): number;
  sample(kernel: number, random: RandomStream): number;
}

/** A mixture of kernels, each a product over the parameters. */
export interface ParzenEstimator {
  /** One for each observation and the last for the prior; they add up to 1. */
  readonly weights: readonly number[];
  logDensity(point: Point): number;
  sample(random: RandomStream): Point;
}

/**
 * The density that the tree-structured Parzen estimator fits to some observations: a kernel on each, and a wide one, the
 * prior, over the whole interval.
 *
 * The width of a kernel on a number is the distance to its farther neighbour, at least the interval's length over
 * min(100, 2 + observations), at most that length; kernels are normal distributions cut off at the interval's ends (in the
 * logarithm where the parameter says so; discrete numbers have the mass of their step). A kernel on a choice has
 * probabilities proportional to 1 (observed value) + `priorWeight` / (1 + observations).
 *
 * Source: J. Bergstra et al., "Algorithms for hyper-parameter optimization", NeurIPS 2011; S. Watanabe, "Tree-structured
 * Parzen estimator: understanding its algorithm components", 2023; as Optuna 5.
 *
 * @param observations Points, oldest first.
 * @param weights One for each observation, as they come.
 */
export function parzenEstimator(
  dimensions: readonly Dimension[],
  observations: readonly Point[],
  weights: readonly number[],
  priorWeight: number,
): ParzenEstimator {
  const raw = observations.length === 0 ? [1] : [...weights, priorWeight];
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const shares = raw.map((weight) => weight / total);
  const parts = dimensions.map((dimension, i) => {
    const values = observations.map((point) => point[i]!);
    return dimension.distribution.type === 'choice'
      ? choiceKernels(values, dimension.distribution.choices.length, priorWeight)
      : numberKernels(values, dimension.distribution);
  });
  return {
    weights: shares,
    logDensity: (point) =>
      shares.reduce((sum, share, kernel) => {
        const product = parts.reduce((all, part, i) => all + part.logDensity(kernel, point[i]!), 0);
        return logAdd(sum, log(share) + product);
      }, -Infinity),
    sample(random) {
      const kernel = pick(shares, uniform53(random));
      return parts.map((part) => part.sample(kernel, random));
    },
  };
}

/** The position at which the sum of `shares` exceeds `share`. */
function pick(shares: ArrayLike<number>, share: number): number {
  let sum = 0;
  for (let i = 0; i < shares.length; i++) {
    sum += shares[i]!;
    if (share < sum) return i;
  }
  return shares.length - 1;
}

function choiceKernels(values: readonly number[], choices: number, priorWeight: number): KernelDimension {
  const kernels = values.length + 1;
  const rows = Array.from({ length: kernels }, (_, kernel) => {
    const row = new Float64Array(choices).fill(values.length === 0 ? 1 : priorWeight / kernels);
    if (kernel < values.length) row[values[kernel]!]! += 1;
    const sum = row.reduce((a, b) => a + b, 0);
    return sum === 0 ? row : row.map((weight) => weight / sum);
  });
  return {
    logDensity: (kernel, value) => log(rows[kernel]![value]!),
    sample: (kernel, random) => pick(rows[kernel]!, uniform53(random)),
  };
}

type NumberDistribution = Exclude<Dimension['distribution'], { type: 'choice' }>;

function numberKernels(values: readonly number[], distribution: NumberDistribution): KernelDimension {
  const { start, end, discrete } = scale(distribution);
  const { log: isLog, step = 0 } = distribution;
  const along = isLog ? log : (value: number) => value;
  const observed = values.map(along);
  const means = [...observed, (start + end) / 2];
  const widths = [...bandwidths(observed, start, end), end - start];
  const masses = means.map((mean, k) =>
    logNormalMass((start - mean) / widths[k]!, (end - mean) / widths[k]!),
  );
  return {
    logDensity(kernel, value) {
      const [mean, width] = [means[kernel]!, widths[kernel]!];
      if (discrete) {
        const from = (along(value - step / 2) - mean) / width;
        const to = (along(value + step / 2) - mean) / width;
        return logNormalMass(from, to) - masses[kernel]!;
      }
      const at = along(value);
      if (at < start || at > end) return -Infinity;
      return logNormalDensity((at - mean) / width) - masses[kernel]! - log(width);
    },
    sample(kernel, random) {
      const [mean, width] = [means[kernel]!, widths[kernel]!];
      const z = truncatedNormalQuantile(uniform53(random), (start - mean) / width, (end - mean) / width);
      const at = mean + width * z;
      return nearest(distribution, isLog ? exp(at) : at);
    },
  };
}

function bandwidths(observed: readonly number[], start: number, end: number): number[] {
  const order = observed.map((_, i) => i).sort((a, b) => observed[a]! - observed[b]!);
  const last = order.length - 1;
  const least = (end - start) / Math.min(100, order.length + 2);
  const widths = new Array<number>(observed.length);
  order.forEach((index, place) => {
    const here = observed[index]!;
    const before = place > 0 ? here - observed[order[place - 1]!]! : here - start;
    const after = place < last ? observed[order[place + 1]!]! - here : end - here;
    // At the two ends the neighbour counts, not the interval's end, unless there is no neighbour.
    const width =
      last === 0
        ? Math.max(before, after)
        : place === 0
          ? after
          : place === last
            ? before
            : Math.max(before, after);
    widths[index] = Math.min(end - start, Math.max(least, width));
  });
  return widths;
}
