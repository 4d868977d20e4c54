import { readFileSync } from 'node:fs';
import type { Dataset } from '@espalier/core';
import { expect, test } from 'vitest';
import { fromArrays } from './from-arrays.js';
import { groupKFolds } from './group-k-folds.js';
import { shuffleSplits } from './shuffle-splits.js';
import { skip } from './skip.js';

const reference = JSON.parse(
  readFileSync(new URL('../../../testing/references/datasets/sklearn_folds.json', import.meta.url), 'utf8'),
) as {
  readonly stratified_group_folds: readonly (Readonly<Record<'labels' | 'groups', number[]>> & {
    readonly k: number;
    readonly validation: number[][];
  })[];
};

const numbered = (size: number, labels = new Int32Array(size)): Dataset =>
  fromArrays({
    inputs: Float32Array.from({ length: size }, (_, i) => i),
    targets: labels,
    classNames: ['a', 'b', 'c'],
  });
const numbers = (data: Dataset): number[] => {
  const batch = data.batch(Uint32Array.from({ length: data.size }, (_, i) => i));
  return [...(batch as Exclude<typeof batch, Promise<unknown>>).inputs['input']!.data];
};

test.each(reference.stratified_group_folds)(
  '$k folds of whole groups with classes evenly spread are those of scikit-learn',
  ({ k, labels, groups, validation }) => {
    const data = numbered(labels.length, Int32Array.from(labels));
    const folds = groupKFolds(data, { k, groups, stratify: true });
    expect(folds.map((fold) => numbers(fold.validation))).toEqual(validation);
  },
);

test('each split is drawn from all examples, with the sizes asked for', () => {
  const data = numbered(25);
  const splits = shuffleSplits(data, { splits: 4, validation: 0.21, seed: 2 });
  expect(splits.length).toBe(4);
  for (const { train, validation, indices } of splits) {
    // 5.25 examples, rounded up as scikit-learn does.
    expect([validation.size, train.size]).toEqual([6, 19]);
    expect(numbers(validation)).toEqual([...indices]);
    expect([...numbers(train), ...numbers(validation)].sort((a, b) => a - b)).toEqual(numbers(data));
  }
  expect(new Set(splits.map(({ indices }) => String([...indices].sort()))).size).toBe(4);
  const again = shuffleSplits(data, { splits: 2, validation: 0.21, seed: 2 });
  expect(again.map(({ indices }) => indices)).toEqual(splits.slice(0, 2).map(({ indices }) => indices));
});

test('stratified splits have every class in its share', () => {
  const labels = Int32Array.from({ length: 40 }, (_, i) => (i < 30 ? 0 : 1));
  for (const { indices } of shuffleSplits(numbered(40, labels), {
    splits: 5,
    validation: 0.2,
    stratify: true,
  }))
    expect([...indices].filter((index) => labels[index] === 1).length).toBe(2);
});

test('what is skipped is the beginning', () => {
  expect(numbers(skip(numbered(5), 3))).toEqual([3, 4]);
  expect(numbers(skip(numbered(2), 0))).toEqual([0, 1]);
  expect(() => skip(numbered(3), 3)).toThrow('count must be a whole number >= 0 and <= 2, got 3');
});
