import { readFileSync } from 'node:fs';
import type { Dataset } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { fromArrays } from './from-arrays.js';
import { groupKFolds } from './group-k-folds.js';
import { kFolds } from './k-folds.js';
import { timeSeriesFolds } from './time-series-folds.js';

interface Reference {
  readonly groups: readonly number[];
  readonly group_folds: readonly { readonly k: number; readonly validation: readonly number[][] }[];
  readonly time_folds: readonly {
    readonly size: number;
    readonly options: Readonly<
      Record<'n_splits' | 'test_size' | 'gap' | 'max_train_size', number | undefined>
    >;
    readonly folds: readonly (readonly [number[], number[]])[];
  }[];
}

const reference = JSON.parse(
  readFileSync(new URL('../../../testing/references/datasets/sklearn_tables.json', import.meta.url), 'utf8'),
) as Reference;

const numbered = (size: number): Dataset =>
  fromArrays({ inputs: Float32Array.from({ length: size }, (_, i) => i), targets: new Int32Array(size) });

function numbers(data: Dataset): number[] {
  const batch = data.batch(Uint32Array.from({ length: data.size }, (_, i) => i));
  return [...(batch as Exclude<typeof batch, Promise<unknown>>).inputs['input']!.data];
}

test.each(reference.group_folds)('$k folds of groups are scikit-learn’s', ({ k, validation }) => {
  const folds = groupKFolds(numbered(40), { k, groups: reference.groups });
  expect(folds.map((fold) => numbers(fold.validation))).toEqual(validation);
  expect(folds.map(({ indices }) => [...indices])).toEqual(validation);
  folds.forEach(({ train }, fold) => {
    expect(numbers(train)).toEqual(
      Array.from({ length: 40 }, (_, i) => i).filter((i) => !validation[fold]!.includes(i)),
    );
  });
});

test('a group may have 200,000 examples', () => {
  const size = 400_000;
  const inputs = { shape: [size, 1], data: new Uint8Array(size), dtype: 'int32' } as never;
  const data = fromArrays({ inputs, targets: inputs });
  const folds = groupKFolds(data, { k: 2, groups: Uint8Array.from({ length: size }, (_, i) => i % 2) });
  expect(folds.map(({ indices }) => indices.length)).toEqual([200_000, 200_000]);
});

test('groups may have names; too few of them, or another number than examples, are refused', () => {
  const folds = groupKFolds(numbered(5), { k: 2, groups: ['b', 'a', 'b', 'b', 'a'] });
  expect(folds.map((fold) => numbers(fold.validation))).toEqual([
    [0, 2, 3],
    [1, 4],
  ]);
  expect(() => groupKFolds(numbered(4), { k: 3, groups: [1, 1, 2, 2] })).toThrow(
    'there are 2 groups for 3 folds',
  );
  expect(() => groupKFolds(numbered(4), { k: 2, groups: [1, 2] })).toThrow('groups must have 4 entries');
  expect(() => groupKFolds(numbered(4), { k: 2, groups: 5 as never })).toThrow('groups must be a list');
});

test.each(reference.time_folds)(
  'folds over time are scikit-learn’s ($size, $options)',
  ({ size, options, folds }) => {
    const made = timeSeriesFolds(numbered(size), {
      k: options.n_splits!,
      ...(options.test_size && { validationSize: options.test_size }),
      ...(options.gap && { gap: options.gap }),
      ...(options.max_train_size && { maxTrainSize: options.max_train_size }),
    });
    expect(made.map(({ train, validation }) => [numbers(train), numbers(validation)])).toEqual(folds);
    expect(made.map(({ indices }) => [...indices])).toEqual(folds.map(([, validation]) => validation));
  },
);

test('folds over time that leave nothing to train on are refused', () => {
  expect(() => timeSeriesFolds(numbered(4), { k: 4 })).toThrow('k must be small enough that 4 examples');
  expect(() => timeSeriesFolds(numbered(10), { k: 3, gap: 5 })).toThrow('validation sets of 2, gap 5');
  expect(() => timeSeriesFolds(numbered(10), { k: 1 })).toThrow('k must be a whole number >= 2');
});

describe('repeated folds', () => {
  test('cover all examples in each repetition, drawn again; the first one is that without repeats', () => {
    const folds = kFolds(numbered(10), { k: 5, repeats: 3, seed: 4 });
    expect(folds).toHaveLength(15);
    const parts = [0, 5, 10].map((at) =>
      folds.slice(at, at + 5).map(({ validation }) => numbers(validation)),
    );
    for (const part of parts)
      expect(part.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(parts[0]).toEqual(
      kFolds(numbered(10), { k: 5, seed: 4 }).map(({ validation }) => numbers(validation)),
    );
    expect(parts[1]).not.toEqual(parts[0]);
    expect(parts[2]).not.toEqual(parts[1]);
  });

  test('need shuffling', () => {
    expect(() => kFolds(numbered(10), { k: 5, repeats: 2, shuffle: false })).toThrow(
      'repeats must be 1 without shuffle',
    );
  });
});
