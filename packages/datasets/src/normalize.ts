import type { Dataset, HostArray } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import type { InputStatistics } from './feature-statistics.js';
import { invalidData } from './invalid-data.js';
import { mapBatches } from './map-batches.js';

const SCOPE = 'normalize';

interface Scaling {
  readonly mean: readonly number[];
  readonly factor: readonly number[];
}

/**
 * Inputs with mean 0 and standard deviation 1: `(x - mean) / std`, where `std` 0 counts as 1.
 *
 * Use the statistics of the training set for all splits. With one mean and deviation for the whole input, bytes stay bytes and
 * only their scale and offset change; with several, batches are computed as float32 when they are fetched.
 *
 * @param statistics Of the one float32 input, or by input name; e.g. from {@link featureStatistics}. Lists have one entry, one
 *   per channel (last dimension) or one per feature.
 * @throws EspalierError `invalid-option` for numbers that are not finite, negative deviations, or lists of another length;
 *   `invalid-data` for inputs that are not there or not float32.
 * @example
 * ```ts
 * const scaled = normalize(train, { mean: 0.1307, std: 0.3081 });
 * ```
 */
export function normalize(
  dataset: Dataset,
  statistics: InputStatistics | Readonly<Record<string, InputStatistics>>,
): Dataset {
  const named = byInput(dataset, statistics);
  const scalings = new Map(
    Object.entries(named).map(([name, one]): [string, Scaling] => [name, checked(dataset, name, one)]),
  );
  return mapBatches(dataset, {
    map: (batch) => ({
      ...batch,
      inputs: Object.fromEntries(
        Object.entries(batch.inputs).map(([name, array]) => {
          const scaling = scalings.get(name);
          return [name, scaling ? rescaled(array, scaling) : array];
        }),
      ),
    }),
    whole: [...scalings.values()].every(({ mean }) => mean.length === 1),
  });
}

function byInput(
  dataset: Dataset,
  statistics: InputStatistics | Readonly<Record<string, InputStatistics>>,
): Readonly<Record<string, InputStatistics>> {
  const single = statistics as Partial<InputStatistics>;
  const isSingle = [single.mean, single.std].every(
    (value) => typeof value === 'number' || Array.isArray(value),
  );
  if (!isSingle) return statistics as Readonly<Record<string, InputStatistics>>;
  const names = Object.keys(dataset.inputs);
  if (names.length > 1) {
    checkOptions(SCOPE).fail('statistics', `given by input name (${names.join(', ')})`, statistics);
  }
  return { [names[0]!]: single as InputStatistics };
}

function checked(dataset: Dataset, name: string, statistics: InputStatistics): Scaling {
  const check = checkOptions(SCOPE);
  const spec = dataset.inputs[name];
  if (spec?.dtype !== 'float32') {
    const known = Object.entries(dataset.inputs).map(([key, { dtype }]) => `${key} (${dtype})`);
    invalidData(SCOPE, `'${name}' must be a float32 input of the data set; it has ${known.join(', ')}.`);
  }
  const features = spec.shape.reduce((product, dim) => product * dim, 1);
  const lengths = [...new Set([1, spec.shape.at(-1) ?? 1, features])];
  const list = (key: 'mean' | 'std', min: number): number[] => {
    const value: unknown = statistics?.[key];
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (!lengths.includes(values.length)) {
      check.fail(`${name}.${key}`, `a number or a list of ${lengths.join(' or ')}`, value);
    }
    values.forEach((entry, i) =>
      check.number(`${name}.${key}${Array.isArray(value) ? `[${i}]` : ''}`, entry, { min }),
    );
    return values as number[];
  };
  const mean = list('mean', -Infinity);
  const std = list('std', 0);
  const length = Math.max(mean.length, std.length);
  if (mean.length !== std.length && mean.length !== 1 && std.length !== 1) {
    check.fail(`${name}.std`, `as many as mean (${mean.length})`, statistics.std);
  }
  const at = (values: number[], i: number): number => values[values.length === 1 ? 0 : i]!;
  return {
    mean: Array.from({ length }, (_, i) => at(mean, i)),
    factor: Array.from({ length }, (_, i) => 1 / (at(std, i) || 1)),
  };
}

function rescaled(array: HostArray, { mean, factor }: Scaling): HostArray {
  const { data, scale = 1, offset = 0 } = array;
  if (mean.length === 1) {
    return { ...array, scale: scale * factor[0]!, offset: (offset - mean[0]!) * factor[0]! };
  }
  const values = new Float32Array(data.length);
  for (let i = 0, group = 0; i < data.length; i++) {
    values[i] = (data[i]! * scale + offset - mean[group]!) * factor[group]!;
    if (++group === mean.length) group = 0;
  }
  return { data: values, shape: array.shape, dtype: 'float32' };
}
