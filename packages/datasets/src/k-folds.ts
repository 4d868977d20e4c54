import type { Dataset } from '@espalier/core';
import { checkOptions, option, readOptions, stream } from '@espalier/core';
import { checkData } from '@espalier/core/internal';
import { labelsOf } from './labels.js';
import type { Stratify } from './stratify.js';
import { byClass, checkClasses, deal, stratifyRule } from './stratify.js';
import { subset } from './subset.js';

const SCOPE = 'k-folds';

/** Options of {@link kFolds}. */
export interface KFoldsOptions {
  /** Number of folds, 2 <= k <= `dataset.size`. */
  readonly k: number;
  /** Whole number >= 0. Default 0. */
  readonly seed?: number;
  /** Draws the folds at random; otherwise they are consecutive. Default true. */
  readonly shuffle?: boolean;
  /** Gives each fold its share of every class, exact to one example. Default false. */
  readonly stratify?: Stratify;
  /** Lets a stratified fold lack a class that others have; otherwise that is an error. Default false. */
  readonly allowMissingClasses?: boolean;
  /** How often all of it is done, each time with folds drawn again; needs `shuffle`. >= 1. Default 1. */
  readonly repeats?: number;
}

/** One fold to validate on, and the others to train on. */
export interface Fold {
  readonly train: Dataset;
  readonly validation: Dataset;
  /** Which examples of the whole data set `validation` has, in its order. */
  readonly indices: Uint32Array;
}

/**
 * k-fold cross-validation: each example is in the validation set of exactly one fold. All data sets are views.
 *
 * Fold sizes are those of scikit-learn's `KFold` (the first `size % k` folds have one more), and with `stratify` the
 * class counts are those of its `StratifiedKFold`. Which examples are drawn depends on our own seed.
 *
 * @returns `k` folds; `k * repeats` of them, those of one repetition after those of another.
 * @throws EspalierError `invalid-option`; `invalid-data` when `stratify` finds no labels, or a class has fewer
 *   than `k` examples.
 * @example
 * ```ts
 * for (const { train, validation } of kFolds(data, { k: 5, seed: 1 })) {
 *   console.log(train.size, validation.size);
 * }
 * ```
 * @see scikit-learn, `sklearn.model_selection.StratifiedKFold`.
 */
export function kFolds(dataset: Dataset, options: KFoldsOptions): Fold[] {
  checkData(dataset, SCOPE);
  const { size } = dataset;
  const { k, seed, shuffle, stratify, allowMissingClasses, repeats } = readOptions(SCOPE, options, {
    k: option.integer({ min: 2, max: size }),
    seed: option.seed({ default: 0 }),
    shuffle: option.boolean({ default: true }),
    stratify: stratifyRule,
    allowMissingClasses: option.boolean({ default: false }),
    repeats: option.integer({ min: 1, default: 1 }),
  }).values;
  if (repeats > 1 && !shuffle) {
    checkOptions(SCOPE).fail('repeats', '1 without shuffle, as all would be the same', repeats);
  }
  return Array.from({ length: repeats }, (_, repeat) => {
    const order = shuffle
      ? stream(seed, SCOPE, repeat).permutation(size)
      : Uint32Array.from({ length: size }, (__, i) => i);
    return foldsOf(dataset, order, { k, stratify, allowMissingClasses });
  }).flat();
}

function foldsOf(
  dataset: Dataset,
  order: Uint32Array,
  {
    k,
    stratify,
    allowMissingClasses,
  }: { readonly k: number; readonly stratify: Stratify; readonly allowMissingClasses: boolean },
): Fold[] {
  const { size } = dataset;
  const labels = stratify === false ? undefined : labelsOf(dataset, stratify, SCOPE, 'stratify');
  const row = labels ? byClass(labels, order) : order;
  const foldOf = labels ? Uint32Array.from({ length: size }, (_, i) => i % k) : blocks(size, k);
  const validations = deal(row, foldOf, k, order);
  if (labels && !allowMissingClasses) checkClasses(labels, validations, SCOPE, 'fold');
  return validations.map((validation, fold) => {
    const inValidation = new Uint8Array(size);
    for (const index of validations[fold]!) inValidation[index] = 1;
    return {
      train: subset(
        dataset,
        order.filter((index) => inValidation[index] === 0),
      ),
      validation: subset(dataset, validation),
      indices: validation,
    };
  });
}

function blocks(size: number, k: number): Uint32Array {
  const foldOf = new Uint32Array(size);
  let end = 0;
  for (let fold = 0; fold < k; fold++) {
    const start = end;
    end += Math.floor(size / k) + (fold < size % k ? 1 : 0);
    foldOf.fill(fold, start, end);
  }
  return foldOf;
}
