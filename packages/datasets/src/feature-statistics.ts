import type { Dataset, HostArray } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { eachBatch } from './each-batch.js';
import { invalidData } from './invalid-data.js';

const SCOPE = 'feature-statistics';

/** Mean and standard deviation of an input: one number for all of it, or one for each channel or feature. */
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
}

/**
 * Mean and standard deviation of every float32 input over a data set, in float64 and two passes.
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
  { per = 'feature' }: FeatureStatisticsOptions = {},
): Promise<Record<string, { mean: number[]; std: number[] }>> {
  checkOptions(SCOPE).oneOf('per', per, ['feature', 'channel', 'all']);
  const names = Object.keys(dataset.inputs).filter((name) => dataset.inputs[name]!.dtype === 'float32');
  const groups = names.map((name) => {
    const { shape } = dataset.inputs[name]!;
    const features = shape.reduce((product, dim) => product * dim, 1);
    const count = per === 'all' ? 1 : per === 'channel' ? (shape.at(-1) ?? 1) : features;
    return { name, values: (dataset.size * features) / count, mean: new Float64Array(count) };
  });
  await eachBatch(dataset, ({ inputs }) => {
    for (const { name, mean } of groups) addPowers(inputs[name]!, mean, undefined);
  });
  for (const { name, mean, values } of groups) {
    mean.forEach((sum, group) => (mean[group] = sum / values));
    if (!mean.every(Number.isFinite)) invalidData(SCOPE, `input '${name}' holds values that are not finite.`);
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

// Adds x, or (x - mean)^2, to the sum of its group. Groups repeat along an example, so position modulo count is the group.
function addPowers(array: HostArray, sums: Float64Array, mean: Float64Array | undefined): void {
  const { data, scale = 1, offset = 0 } = array;
  const count = sums.length;
  for (let i = 0, group = 0; i < data.length; i++) {
    const value = data[i]! * scale + offset;
    if (mean) sums[group]! += (value - mean[group]!) ** 2;
    else sums[group]! += value;
    if (++group === count) group = 0;
  }
}

// Equal values leave a variance of rounding errors; the bound is scikit-learn's.
function deviation(variance: number, mean: number, values: number): number {
  const bound = values * Number.EPSILON * variance + (values * mean * Number.EPSILON) ** 2;
  return variance <= bound ? 0 : Math.sqrt(variance);
}
