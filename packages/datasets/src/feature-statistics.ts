import type { Dataset, HostArray } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { eachBatch } from './each-batch.js';
import { invalidData } from './invalid-data.js';
import type { ScalingMethod } from './scaling.js';
import { deviation, scalingOf } from './scaling.js';

const SCOPE = 'feature-statistics';

/**
 * What {@link normalize} takes away from an input and divides it by: one number for all of it, or one for each channel or
 * feature. Mean and standard deviation, or what stands in their place.
 */
export interface InputStatistics {
  readonly mean: number | readonly number[];
  /** >= 0. */
  readonly std: number | readonly number[];
}

/** Options of {@link featureStatistics}. */
export interface FeatureStatisticsOptions {
  /**
   * What shares one mean and deviation: `feature`, each position of an example on its own, as scikit-learn's `StandardScaler`;
   * `channel`, all positions with the same last index, as is usual for colour images; `all`, everything. Default `feature`.
   */
  readonly per?: 'feature' | 'channel' | 'all';
  /**
   * `standard`: mean and standard deviation. `minMax`: in place of the mean the least value, in place of the deviation the
   * range, so that {@link normalize} gives 0 to 1. `robust`: the median, and the distance between the quartiles, which
   * outliers do not move; it takes 8 bytes of memory for each value. Default `standard`.
   */
  readonly method?: ScalingMethod;
}

/**
 * Mean and standard deviation of every float32 input over a data set, or another shift and scale, in float64.
 *
 * `std = sqrt(mean((x - mean)^2))`, divided by the number of values as `StandardScaler` does; 0 where the values are equal
 * up to rounding. Plain numbers, to be kept with a model as JSON.
 *
 * @returns By input name; int32 inputs are left out.
 * @throws EspalierError `invalid-option`; `invalid-data` when an input holds a value that is not finite.
 * @example
 * ```ts
 * const statistics = await featureStatistics(train);
 * const [scaledTrain, scaledTest] = [normalize(train, statistics), normalize(test, statistics)];
 * ```
 */
export async function featureStatistics(
  dataset: Dataset,
  options: FeatureStatisticsOptions = {},
): Promise<Record<string, { mean: number[]; std: number[] }>> {
  const { per, method } = readOptions(SCOPE, options, {
    per: option.oneOf(['feature', 'channel', 'all'], { default: 'feature' }),
    method: option.oneOf(['standard', 'minMax', 'robust'], { default: 'standard' }),
  }).values;
  const names = Object.keys(dataset.inputs).filter((name) => dataset.inputs[name]!.dtype === 'float32');
  const groups = names.map((name) => {
    const { shape } = dataset.inputs[name]!;
    const features = shape.reduce((product, dim) => product * dim, 1);
    const count = per === 'all' ? 1 : per === 'channel' ? (shape.at(-1) ?? 1) : features;
    return { name, values: (dataset.size * features) / count, mean: new Float64Array(count) };
  });
  if (method === 'standard') return standard(dataset, groups);
  return method === 'minMax' ? extremes(dataset, groups) : robust(dataset, groups);
}

interface Group {
  readonly name: string;
  /** Values of each group. */
  readonly values: number;
  readonly mean: Float64Array;
}

type Statistics = Record<string, { mean: number[]; std: number[] }>;

async function standard(dataset: Dataset, groups: readonly Group[]): Promise<Statistics> {
  await eachBatch(dataset, ({ inputs }) => {
    for (const { name, mean } of groups) addPowers(inputs[name]!, mean, undefined);
  });
  for (const { name, mean, values } of groups) {
    mean.forEach((sum, group) => (mean[group] = sum / values));
    if (!mean.every(Number.isFinite)) notFinite(name);
  }
  const squares = groups.map(({ mean }) => new Float64Array(mean.length));
  await eachBatch(dataset, ({ inputs }) => {
    groups.forEach(({ name, mean }, i) => addPowers(inputs[name]!, squares[i]!, mean));
  });
  return Object.fromEntries(
    groups.map(({ name, mean, values }, i) => {
      const std = Array.from(squares[i]!, (sum, group) => deviation(sum / values, mean[group]!, values));
      return [name, { mean: [...mean], std }];
    }),
  );
}

async function extremes(dataset: Dataset, groups: readonly Group[]): Promise<Statistics> {
  const least = groups.map(({ mean }) => new Float64Array(mean.length).fill(Infinity));
  const most = groups.map(({ mean }) => new Float64Array(mean.length).fill(-Infinity));
  await eachValue(dataset, groups, (value, i, group) => {
    least[i]![group] = Math.min(least[i]![group]!, value);
    most[i]![group] = Math.max(most[i]![group]!, value);
  });
  return Object.fromEntries(
    groups.map(({ name }, i) => {
      if (![...least[i]!, ...most[i]!].every(Number.isFinite)) notFinite(name);
      return [name, { mean: [...least[i]!], std: Array.from(most[i]!, (value, j) => value - least[i]![j]!) }];
    }),
  );
}

async function robust(dataset: Dataset, groups: readonly Group[]): Promise<Statistics> {
  const collected = groups.map(({ mean, values }) => Array.from(mean, () => new Float64Array(values)));
  const filled = groups.map(({ mean }) => new Uint32Array(mean.length));
  await eachValue(dataset, groups, (value, i, group) => {
    collected[i]![group]![filled[i]![group]!++] = value;
  });
  return Object.fromEntries(
    groups.map(({ name }, i) => {
      const scalings = collected[i]!.map((values) => {
        if (!values.every(Number.isFinite)) notFinite(name);
        return scalingOf(values, 'robust');
      });
      return [name, { mean: scalings.map(({ shift }) => shift), std: scalings.map(({ scale }) => scale) }];
    }),
  );
}

async function eachValue(
  dataset: Dataset,
  groups: readonly Group[],
  visit: (value: number, input: number, group: number) => void,
): Promise<void> {
  await eachBatch(dataset, ({ inputs }) => {
    groups.forEach(({ name, mean }, i) => {
      const { data, scale = 1, offset = 0 } = inputs[name]!;
      for (let j = 0; j < data.length; j++) visit(data[j]! * scale + offset, i, j % mean.length);
    });
  });
}

function notFinite(name: string): never {
  return invalidData(SCOPE, `input '${name}' holds values that are not finite.`);
}

// Adds x, or (x - mean)^2, to the sum of its group. Groups repeat along an example, so position modulo count is the group.
function addPowers(array: HostArray, sums: Float64Array, mean: Float64Array | undefined): void {
  const { data, scale = 1, offset = 0 } = array;
  const count = sums.length;
  for (let i = 0, group = 0; i < data.length; i++) {
    const value = data[i]! * scale + offset;
    if (mean) sums[group]! += (value - mean[group]!) * (value - mean[group]!);
    else sums[group]! += value;
    if (++group === count) group = 0;
  }
}
