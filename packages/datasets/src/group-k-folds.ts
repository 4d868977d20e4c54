import type { Dataset } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { checkData } from '@espalier/core/internal';
import { invalidData } from './invalid-data.js';
import type { Fold } from './k-folds.js';
import { classCounts, labelsOf } from './labels.js';
import { type Stratify, stratifyRule } from './stratify.js';
import { subset } from './subset.js';

const SCOPE = 'group-k-folds';

/** Options of {@link groupKFolds}. */
export interface GroupKFoldsOptions {
  /** Number of folds, >= 2 and at most the number of groups. */
  readonly k: number;
  /** The group of each example, e.g. the patient that a picture is of. */
  readonly groups: ArrayLike<number | string>;
  /** Gives each fold, as well as whole groups allow, its share of every class. Default false. */
  readonly stratify?: Stratify;
}

/**
 * k-fold cross-validation that never parts a group: all its examples are in the validation set of one fold.
 *
 * The largest groups are dealt out first, each to the fold that has fewest examples; with `stratify` those whose classes differ most
 * in number, each to the fold where it leaves the classes most evenly spread. Nothing is drawn at random; examples keep their order.
 * All data sets are views.
 *
 * @returns `k` folds.
 * @throws EspalierError `invalid-option`; `invalid-data` for another number of groups than examples, or fewer groups than folds.
 * @example
 * ```ts
 * const data = fromArrays({ inputs: [[1], [2], [3], [4]], targets: [[1], [2], [3], [4]] });
 * const folds = groupKFolds(data, { k: 2, groups: ['ann', 'ben', 'ann', 'cem'] });
 * ```
 * @see scikit-learn, `sklearn.model_selection.GroupKFold` and `StratifiedGroupKFold`.
 */
export function groupKFolds(dataset: Dataset, options: GroupKFoldsOptions): Fold[] {
  checkData(dataset, SCOPE);
  const { size } = dataset;
  const { k, groups, stratify } = readOptions(SCOPE, options, {
    k: option.integer({ min: 2 }),
    groups: option.custom<ArrayLike<number | string>>({
      expected: 'a list with the group of each example',
      accepts: (value) => typeof value === 'object' && value !== null && 'length' in value,
      toJson: () => 'by example',
    }),
    stratify: stratifyRule,
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
  const folds =
    stratify === false
      ? byCount([...members.values()], k)
      : byClasses([...members.values()], k, labelsOf(dataset, stratify, SCOPE, 'stratify'));
  return folds.map((validation) => {
    const inValidation = new Set(validation);
    const train = Array.from({ length: size }, (_, i) => i).filter((i) => !inValidation.has(i));
    const indices = Uint32Array.from(validation).sort();
    return { train: subset(dataset, train), validation: subset(dataset, indices), indices };
  });
}

function byCount(groups: readonly (readonly number[])[], k: number): number[][] {
  const folds = Array.from({ length: k }, (): number[] => []);
  // Of groups that are equally large, the last one first, as scikit-learn has it.
  for (const group of [...groups].sort((a, b) => a.length - b.length).reverse()) {
    const lightest = folds.reduce((least, fold) => (fold.length < least.length ? fold : least));
    for (const index of group) lightest.push(index);
  }
  return folds;
}

/** Standard deviation of numbers. */
function deviation(numbers: readonly number[]): number {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / numbers.length);
}

function byClasses(groups: readonly (readonly number[])[], k: number, labels: ArrayLike<number>): number[][] {
  const classes = [...classCounts(labels)].sort(([a], [b]) => a - b);
  const countsOf = (group: readonly number[]): number[] =>
    classes.map(([label]) => group.filter((index) => labels[index] === label).length);
  const counted = groups.map((group) => ({ group, counts: countsOf(group) }));
  const folds = Array.from({ length: k }, () => ({
    examples: [] as number[],
    counts: classes.map(() => 0),
  }));
  for (const { group, counts } of counted.sort((a, b) => deviation(b.counts) - deviation(a.counts))) {
    let best = folds[0]!;
    let [least, fewest] = [Infinity, Infinity];
    for (const fold of folds) {
      const uneven = classes.map(([, all], c) =>
        deviation(folds.map((one) => (one.counts[c]! + (one === fold ? counts[c]! : 0)) / all)),
      );
      const value = uneven.reduce((sum, x) => sum + x, 0) / classes.length;
      const size = fold.examples.length + group.length;
      // As close as numpy's isclose has it: then the fold with fewer examples.
      const alike = Math.abs(value - least) <= 1e-8 + 1e-5 * Math.abs(least);
      if (value < least || (alike && size < fewest)) [best, least, fewest] = [fold, value, size];
    }
    best.examples.push(...group);
    best.counts = best.counts.map((count, c) => count + counts[c]!);
  }
  return folds.map(({ examples }) => examples);
}
