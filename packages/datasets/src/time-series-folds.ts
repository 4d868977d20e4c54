import type { Dataset } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { checkData } from '@espalier/core/internal';
import type { Fold } from './k-folds.js';
import { subset } from './subset.js';

const SCOPE = 'time-series-folds';

/** Options of {@link timeSeriesFolds}. */
export interface TimeSeriesFoldsOptions {
  /** Number of folds, >= 2. */
  readonly k: number;
  /** Examples of each validation set, >= 1. Default `floor(size / (k + 1))`. */
  readonly validationSize?: number;
  /** Examples left out between training and validation, >= 0. Default 0. */
  readonly gap?: number;
  /** Most examples of a training set, the latest ones; >= 1. Default: all before. */
  readonly maxTrainSize?: number;
}

/**
 * Cross-validation over time: each fold trains on what came before its validation set. Examples are in the order of time.
 *
 * The validation sets are the last `k` stretches of `validationSize` examples. All data sets are views.
 *
 * @returns `k` folds, the earliest first.
 * @throws EspalierError `invalid-option`, also where nothing is left to train on.
 * @example
 * ```ts
 * const data = fromArrays({ inputs: [[1], [2], [3], [4], [5], [6]], targets: [[1], [2], [3], [4], [5], [6]] });
 * for (const { train, validation } of timeSeriesFolds(data, { k: 2 })) console.log(train.size, validation.size);
 * ```
 * @see scikit-learn, `sklearn.model_selection.TimeSeriesSplit`.
 */
export function timeSeriesFolds(dataset: Dataset, options: TimeSeriesFoldsOptions): Fold[] {
  checkData(dataset, SCOPE);
  const { size } = dataset;
  const { k, validationSize, gap, maxTrainSize } = readOptions(SCOPE, options, {
    k: option.integer({ min: 2 }),
    validationSize: option.integer({ min: 1, optional: true }),
    gap: option.integer({ min: 0, default: 0 }),
    maxTrainSize: option.integer({ min: 1, optional: true }),
  }).values;
  const each = validationSize ?? Math.floor(size / (k + 1));
  if (each < 1 || size - gap - k * each < 1) {
    const wanted = `small enough that ${size} examples leave something to train on (validation sets of ${each}, gap ${gap})`;
    checkOptions(SCOPE).fail('k', wanted, k);
  }
  return Array.from({ length: k }, (_, fold) => {
    const start = size - (k - fold) * each;
    const end = start - gap;
    const from = Math.max(0, end - (maxTrainSize ?? Infinity));
    const indices = range(start, start + each);
    return { train: subset(dataset, range(from, end)), validation: subset(dataset, indices), indices };
  });
}

function range(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to - from }, (_, i) => from + i);
}
