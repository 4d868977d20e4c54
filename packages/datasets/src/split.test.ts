import type { Dataset, HostBatch } from '@espalier/core';
import { EspalierError } from '@espalier/core';
import fc from 'fast-check';
import { expect, expectTypeOf, test } from 'vitest';
import { fromArrays } from './from-arrays.js';
import { normalize } from './normalize.js';
import { oneHot } from './one-hot.js';
import type { SplitOptions } from './split.js';
import { split } from './split.js';

function numbered(size: number, labelOf = (i: number) => i % 2): Dataset {
  return fromArrays({
    inputs: Array.from({ length: size }, (_, i) => i),
    targets: Int32Array.from({ length: size }, (_, i) => labelOf(i)),
  });
}
function content(dataset: Dataset, which: 'inputs' | 'targets' = 'inputs'): number[] {
  const batch = dataset.batch(Uint32Array.from({ length: dataset.size }, (_, i) => i)) as HostBatch;
  return [...Object.values(batch[which])[0]!.data];
}
function shares(labels: readonly number[], classes: number): number[] {
  return Array.from({ length: classes }, (_, label) => labels.filter((value) => value === label).length);
}

test('parts share nothing, leave nothing, and have the sizes asked for', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 0, max: 10 }),
      fc.nat(1000),
      fc.boolean(),
      (sizes, rest, seed, stratify) => {
        const size = sizes.reduce((sum, one) => sum + one, rest);
        const parts = split(numbered(size), { sizes, seed, stratify, allowMissingClasses: true });
        expect(parts.map((part) => part.size)).toEqual(sizes);
        const all = parts.flatMap((part) => content(part));
        expect(new Set(all).size).toBe(size - rest);
      },
    ),
    { seed: 4, numRuns: 60 },
  );
});

test('fractions are rounded so that nothing is lost', () => {
  const sizesOf = (size: number, fractions: number[]) =>
    split(numbered(size), { fractions }).map((part) => part.size);
  expect(sizesOf(10, [0.7, 0.2, 0.1])).toEqual([7, 2, 1]);
  expect(sizesOf(10, [1 / 3, 1 / 3, 1 / 3])).toEqual([3, 4, 3]);
  expect(sizesOf(60000, [5 / 6, 1 / 6])).toEqual([50000, 10000]);
  expect(sizesOf(10, [0.5])).toEqual([5]);
  expect(sizesOf(3, [1])).toEqual([3]);
});

test('the seed decides which; without shuffling parts are consecutive', () => {
  const data = numbered(100);
  const first = (options: Partial<SplitOptions>) =>
    content(split(data, { sizes: [50, 50], ...options } as SplitOptions)[0]!);
  expect(first({ seed: 1 })).toEqual(first({ seed: 1 }));
  expect(first({ seed: 1 })).not.toEqual(first({ seed: 2 }));
  expect(first({})).toEqual(first({ seed: 0 }));
  expect(first({ shuffle: false })).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(split(data, { sizes: [50, 50], shuffle: false })[1].arrays).toBeDefined();
});

test('stratified parts have every class in proportion, in mixed order', () => {
  const classOf = (i: number) => (i < 700 ? 0 : i < 950 ? 1 : 2);
  for (const shuffle of [true, false]) {
    const parts = split(numbered(1000, classOf), {
      fractions: [0.6, 0.3, 0.1],
      seed: 3,
      stratify: true,
      shuffle,
    });
    expect(parts.map((part) => part.size)).toEqual([600, 300, 100]);
    const found = parts.map((part) => shares(content(part, 'targets'), 3));
    [600, 300, 100].forEach((size, part) => {
      [0.7, 0.25, 0.05].forEach((share, label) => {
        expect(Math.abs(found[part]![label]! - size * share)).toBeLessThanOrEqual(1);
      });
    });
    const labels = content(parts[0], 'targets');
    expect(labels.slice(0, 30).some((label) => label !== 0)).toBe(shuffle);
  }
  const [train] = split(numbered(1000, classOf), { sizes: [200], stratify: true });
  expect(shares(content(train, 'targets'), 3)).toEqual([140, 50, 10]);
});

test('labels to stratify by are found by name, through views, and may be given', () => {
  const data = fromArrays({
    inputs: Array.from({ length: 60 }, (_, i) => i),
    targets: {
      kind: Int32Array.from({ length: 60 }, (_, i) => (i < 40 ? 0 : 1)),
      size: new Float32Array(60),
    },
  });
  const kinds = (part: Dataset) => shares(content(part, 'targets'), 2);
  expect(split(data, { sizes: [30, 30], stratify: 'kind' }).map(kinds)).toEqual([
    [20, 10],
    [20, 10],
  ]);
  const [half] = split(data, { sizes: [30], stratify: 'kind', seed: 8 });
  expect(split(half, { sizes: [6], stratify: 'kind' }).map(kinds)).toEqual([[4, 2]]);
  const mapped = normalize(half, { mean: 0, std: 2 });
  expect(split(mapped, { sizes: [6], stratify: 'kind' }).map(kinds)).toEqual([[4, 2]]);
  const encoded = oneHot(half, { target: 'kind', classes: 2 });
  const [part] = split(encoded, { sizes: [6], stratify: 'kind' });
  expect(shares(content(part, 'targets'), 2)).toEqual([6, 6]);
  const given = Array.from({ length: 60 }, (_, i) => i % 3);
  const [odd] = split(data, { sizes: [30], stratify: given });
  expect(
    shares(
      content(odd).map((i) => i % 3),
      3,
    ),
  ).toEqual([10, 10, 10]);
  expect(() => split(data, { sizes: [30], stratify: true })).toThrow(
    /name one of the targets kind, size, got true/,
  );
  expect(() => split(data, { sizes: [30], stratify: 'sort' })).toThrow(/kind, size, got 'sort'/);
  expect(() => split(data, { sizes: [30], stratify: 'size' })).toThrow(
    /int32 labels \[N\], got float32 of shape/,
  );
  expect(() => split(data, { sizes: [30], stratify: [1] })).toThrow(/must have 60 entries, .* got 1/);
  const later: Dataset = { ...half, arrays: undefined, batch: (indices) => half.batch(indices) };
  expect(() => split(later, { sizes: [6], stratify: 'kind' })).toThrow(/does not keep them in memory/);
});

test('the parts are a tuple as long as what was asked for', () => {
  const parts = split(numbered(10), { fractions: [0.5, 0.5] });
  expectTypeOf(parts).toEqualTypeOf<[Dataset, Dataset]>();
  expect(parts).toHaveLength(2);
});

test.each<[unknown, RegExp]>([
  [{}, /fractions or sizes must be given, and only one/],
  [{ fractions: [1], sizes: [10] }, /only one of the two/],
  [{ fractions: [] }, /fractions must be a list of numbers/],
  [{ fractions: 0.5 }, /fractions must be a list of numbers, got 0.5/],
  [{ fractions: [0.8, 0.3] }, /fractions must be at most 1 together, got 1.1/],
  [{ fractions: [1, 0] }, /fractions\[1\] must be a number > 0/],
  [{ fractions: [0.9, Number.NaN] }, /fractions\[1\]/],
  [{ fractions: [0.99, 0.01] }, /fractions\[1\] must be large enough for one of 10 examples, got 0.01/],
  [{ sizes: [5, 6] }, /sizes must be at most 10 together, .* got 11/],
  [{ sizes: [5, 0] }, /sizes\[1\] must be a whole number >= 1/],
  [{ sizes: [5], seed: 0.5 }, /seed/],
  [{ sizes: [5], shuffle: 1 }, /shuffle/],
])('%o is refused', (options, message) => {
  let caught: unknown;
  try {
    split(numbered(10), options as SplitOptions);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(EspalierError);
  expect((caught as Error).message).toMatch(message);
});

test('a stratified part that lacks a class is refused, unless that is meant', () => {
  const rare = numbered(20, (i) => (i === 7 ? 1 : 0));
  expect(() => split(rare, { fractions: [0.5, 0.5], stratify: true })).toThrow(
    /part [01] has no example of class 1, of which there are 1 for 2 parts; .* allowMissingClasses: true/,
  );
  const [one, two] = split(rare, { fractions: [0.5, 0.5], stratify: true, allowMissingClasses: true });
  expect([...content(one, 'targets'), ...content(two, 'targets')].filter((label) => label === 1)).toEqual([
    1,
  ]);
  expect(split(rare, { fractions: [0.5, 0.5] })).toHaveLength(2);
});
