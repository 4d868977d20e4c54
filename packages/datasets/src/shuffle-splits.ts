import type { Dataset } from '@espalier/core';
import { checkOptions, option, readOptions, stream } from '@espalier/core';
import { checkData } from '@espalier/core/internal';
import type { Fold } from './k-folds.js';
import { drawParts } from './split.js';
import { type Stratify, stratifyRule } from './stratify.js';
import { subset } from './subset.js';

const SCOPE = 'shuffle-splits';

/** Options of {@link shuffleSplits}. */
export interface ShuffleSplitsOptions {
  /** How many splits, >= 1. Default 10. */
  readonly splits?: number;
  /** Share of the examples to validate on, between 0 and 1; rounded up to whole examples. Default 0.1. */
  readonly validation?: number;
  /** Whole number >= 0. Default 0. */
  readonly seed?: number;
  /** Gives both parts their share of every class. Default false. */
  readonly stratify?: Stratify;
}

/**
 * Random splits into training and validation, each drawn from all examples: one may be validated in several, or in none.
 *
 * All data sets are views. As scikit-learn's `ShuffleSplit` and `StratifiedShuffleSplit`, by our own seed.
 *
 * @returns As many folds as `splits`.
 * @throws EspalierError `invalid-option`; `invalid-data` when `stratify` finds no labels, or leaves a part without a class.
 * @example
 * ```ts
 * const scores = shuffleSplits(data, { splits: 5, validation: 0.2, seed: 1 }).map(({ train }) => train.size);
 * ```
 * @see scikit-learn, `sklearn.model_selection.ShuffleSplit`.
 */
export function shuffleSplits(dataset: Dataset, options: ShuffleSplitsOptions = {}): Fold[] {
  checkData(dataset, SCOPE);
  const { splits, validation, seed, stratify } = readOptions(SCOPE, options, {
    splits: option.integer({ min: 1, default: 10 }),
    validation: option.number({ min: 0, max: 1, exclusiveMin: true, exclusiveMax: true, default: 0.1 }),
    seed: option.seed({ default: 0 }),
    stratify: stratifyRule,
  }).values;
  const { size } = dataset;
  const held = Math.ceil(size * validation);
  if (held >= size) {
    checkOptions(SCOPE).fail(
      'validation',
      `a share that leaves some of ${size} examples to train on`,
      validation,
    );
  }
  return Array.from({ length: splits }, (_, i) => {
    const order = stream(seed, SCOPE, i).permutation(size);
    const how = { stratify, allowMissingClasses: false, scope: SCOPE };
    const [indices, rest] = drawParts(dataset, order, [held, size - held], how);
    return { train: subset(dataset, rest!), validation: subset(dataset, indices!), indices: indices! };
  });
}
