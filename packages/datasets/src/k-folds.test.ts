import { readFileSync } from 'node:fs';
import type { Dataset, HostBatch } from '@espalier/core';
import { expect, test } from 'vitest';
import { fromArrays } from './from-arrays.js';
import { kFolds } from './k-folds.js';

interface Reference {
  readonly stratified: { readonly k: number; readonly labels: number[]; readonly counts: number[][] }[];
  readonly kfold: { readonly size: number; readonly k: number; readonly validation: number[][] }[];
}
const reference = JSON.parse(
  readFileSync(new URL('../../../testing/references/datasets/sklearn_splits.json', import.meta.url), 'utf8'),
) as Reference;

function labelled(labels: readonly number[]): Dataset {
  return fromArrays({ inputs: labels.map((_, i) => i), targets: Int32Array.from(labels) });
}
function content(dataset: Dataset, which: 'inputs' | 'targets' = 'inputs'): number[] {
  const batch = dataset.batch(Uint32Array.from({ length: dataset.size }, (_, i) => i)) as HostBatch;
  return [...Object.values(batch[which])[0]!.data];
}
const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);

test('without shuffling, folds are those of scikit-learn', () => {
  for (const { size, k, validation } of reference.kfold) {
    const folds = kFolds(labelled(Array<number>(size).fill(0)), { k, shuffle: false });
    expect(folds.map((fold) => content(fold.validation))).toEqual(validation);
  }
});

test.each([true, false])('stratified folds have the class counts of scikit-learn (shuffle %s)', (shuffle) => {
  for (const { k, labels, counts } of reference.stratified) {
    const folds = kFolds(labelled(labels), { k, shuffle, stratify: true, seed: 9 });
    const found = folds.map(({ validation }) => {
      const own = content(validation, 'targets');
      return counts[0]!.map((_, label) => own.filter((value) => value === label).length);
    });
    expect(found).toEqual(counts);
  }
});

test.each([true, false])(
  'each example is validated on once, and trained on otherwise (stratify %s)',
  (stratify) => {
    const size = 23;
    const all = Array.from({ length: size }, (_, i) => i);
    const folds = kFolds(labelled(all.map((i) => i % 3)), { k: 4, seed: 2, stratify });
    expect(sorted(folds.flatMap(({ validation }) => content(validation)))).toEqual(all);
    for (const { train, validation, indices } of folds) {
      expect([...indices]).toEqual(content(validation));
      expect(sorted([...content(train), ...content(validation)])).toEqual(all);
    }
  },
);

test('the seed decides', () => {
  const folds = (seed: number) =>
    kFolds(labelled(Array<number>(30).fill(0)), { k: 3, seed }).map((fold) => content(fold.validation));
  expect(folds(1)).toEqual(folds(1));
  expect(folds(1)).not.toEqual(folds(2));
  expect(folds(1)[0]).not.toEqual(sorted(folds(1)[0]!));
});

test('as many folds as examples leaves one out', () => {
  const folds = kFolds(labelled([0, 0, 0]), { k: 3 });
  expect(folds.map(({ train, validation }) => [train.size, validation.size])).toEqual([
    [2, 1],
    [2, 1],
    [2, 1],
  ]);
});

test.each([{ k: 1 }, { k: 4 }, { k: 2.5 }, { k: 2, seed: -1 }, { k: 2, shuffle: 'no' }])(
  '%o is refused',
  (options) => {
    expect(() => kFolds(labelled([0, 0, 0]), options as { k: number })).toThrow(
      /\[k-folds\] (k|seed|shuffle) must/,
    );
  },
);

test('a class with fewer examples than folds is refused, unless that is meant', () => {
  const data = fromArrays({ inputs: [[1], [2], [3], [4], [5]], targets: Int32Array.of(0, 0, 0, 1, 1) });
  expect(() => kFolds(data, { k: 3, stratify: true })).toThrow(
    /fold \d has no example of class 1, of which there are 2 for 3 folds/,
  );
  expect(kFolds(data, { k: 3, stratify: true, allowMissingClasses: true })).toHaveLength(3);
  expect(kFolds(data, { k: 2, stratify: true })).toHaveLength(2);
});
