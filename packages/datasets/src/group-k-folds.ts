import type { Dataset } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { checkData } from '@espalier/core/internal';
import { invalidData } from './invalid-data.js';
import type { Fold } from './k-folds.js';
import { subset } from './subset.js';

const SCOPE = 'group-k-folds';

/** Options of {@link groupKFolds}. */
export interface GroupKFoldsOptions {
  /** Number of folds, >= 2 and at most the number of groups. */
  readonly k: number;
  /** The group of each example, e.g. the patient that a picture is of. */
  readonly groups: ArrayLike<number | string>;
}

/**
 * k-fold cross-validation that never parts a group: all its examples are in the validation set of one fold.
 *
 * The largest groups are dealt out first, each to the fold that has fewest examples. Nothing is drawn at random; examples
 * keep their order. All data sets are views.
 *
 * @returns `k` folds.
 * @throws EspalierError `invalid-option`; `invalid-data` for another number of groups than examples, or fewer groups than folds.
 * @example
 * ```ts
 * const data = fromArrays({ inputs: [[1], [2], [3], [4]], targets: [[1], [2], [3], [4]] });
 * const folds = groupKFolds(data, { k: 2, groups: ['ann', 'ben', 'ann', 'cem'] });
 * ```
 * @see scikit-learn, `sklearn.model_selection.GroupKFold`.
 */
export function groupKFolds(dataset: Dataset, options: GroupKFoldsOptions): Fold[] {
  checkData(dataset, SCOPE);
  const { size } = dataset;
  const { k, groups } = readOptions(SCOPE, options, {
    k: option.integer({ min: 2 }),
    groups: option.custom<ArrayLike<number | string>>({
      expected: 'a list with the group of each example',
      accepts: (value) => typeof value === 'object' && value !== null && 'length' in value,
      toJson: () => 'by example',
    }),
  }).values;
  if (groups.length !== size) {
    invalidData(SCOPE, `groups must have ${size} entries, one for each example, got ${groups.length}.`);
  }
  const members = new Map<number | string, number[]>();
  for (const group of [...new Set(Array.from(groups))].sort((a, b) => (a < b ? -1 : 1)))
    members.set(group, []);
  for (let i = 0; i < size; i++) members.get(groups[i]!)!.push(i);
  if (members.size < k)
    invalidData(SCOPE, `there are ${members.size} groups for ${k} folds; use fewer folds.`);
  const folds = Array.from({ length: k }, (): number[] => []);
  // Of groups that are equally large, the last one first, as scikit-learn has it.
  for (const group of [...members.values()].sort((a, b) => a.length - b.length).reverse()) {
    const lightest = folds.reduce((least, fold) => (fold.length < least.length ? fold : least));
    for (const index of group) lightest.push(index);
  }
  return folds.map((validation) => {
    const inValidation = new Set(validation);
    const train = Array.from({ length: size }, (_, i) => i).filter((i) => !inValidation.has(i));
    const indices = Uint32Array.from(validation).sort();
    return { train: subset(dataset, train), validation: subset(dataset, indices), indices };
  });
}
