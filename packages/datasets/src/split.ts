import type { Dataset } from '@espalier/core';
import { checkOptions, option, readOptions, stream } from '@espalier/core';
import { checkData } from '@espalier/core/internal';
import { labelsOf } from './labels.js';
import type { Stratify } from './stratify.js';
import { byClass, checkClasses, deal, stratifyRule } from './stratify.js';
import { subset } from './subset.js';

const SCOPE = 'split';

/** Options of {@link split}. */
export type SplitOptions<Parts extends readonly number[] = readonly number[]> = {
  /** Whole number >= 0; another seed gives another split. Default 0. */
  readonly seed?: number;
  /** Draws the examples of each part at random; otherwise they are consecutive. Default true. */
  readonly shuffle?: boolean;
  /** Gives each part its share of every class, exact to about one example. Default false. */
  readonly stratify?: Stratify;
  /** Lets a stratified part lack a class that others have; otherwise that is an error. Default false. */
  readonly allowMissingClasses?: boolean;
} & (
  | {
      /** Share of each part, each > 0, together at most 1. What is over goes to no part. */
      readonly fractions: Parts;
      readonly sizes?: undefined;
    }
  | {
      /** Number of examples of each part, each >= 1, together at most `dataset.size`. */
      readonly sizes: Parts;
      readonly fractions?: undefined;
    }
);

/** One data set for each number. */
export type SplitParts<Parts extends readonly number[]> = { -readonly [K in keyof Parts]: Dataset };

/**
 * Splits a data set into parts that share no example, as views.
 *
 * Part i of `fractions` ends at `round(size * (fractions[0] + ... + fractions[i]))`. The parts depend on the seed, the
 * number of examples, the sizes and, when stratified, the labels.
 *
 * @returns One data set per part, in the order given.
 * @throws EspalierError `invalid-option` for shares or sizes that are too large or leave a part empty; `invalid-data` when
 *   `stratify` finds no labels, or leaves a part without a class that there is.
 * @example
 * ```ts
 * const [train, validation] = split(data, { fractions: [0.8, 0.2], seed: 42, stratify: true });
 * ```
 */
export function split<const Parts extends readonly number[]>(
  dataset: Dataset,
  options: SplitOptions<Parts>,
): SplitParts<Parts> {
  checkData(dataset, SCOPE);
  const { seed, shuffle, stratify, allowMissingClasses, ...given } = readOptions<
    FlatSplitOptions,
    typeof SPLIT_RULES
  >(SCOPE, options, SPLIT_RULES).values;
  const sizes = partSizes(given, dataset.size);
  const order = shuffle
    ? stream(seed, 'split').permutation(dataset.size)
    : Uint32Array.from({ length: dataset.size }, (_, i) => i);

  const parts = drawParts(dataset, order, sizes, { stratify, allowMissingClasses, scope: SCOPE });
  return parts.map((indices) => subset(dataset, indices)) as SplitParts<Parts>;
}

/**
 * The examples of each part, those that come first in `order` for the first one.
 *
 * @throws EspalierError `invalid-data` of `scope` when `stratify` finds no labels, or leaves a part without a class that there is.
 */
export function drawParts(
  dataset: Dataset,
  order: Uint32Array,
  sizes: readonly number[],
  how: { readonly stratify: Stratify; readonly allowMissingClasses: boolean; readonly scope: string },
): Uint32Array[] {
  const { stratify, allowMissingClasses, scope } = how;
  if (stratify === false) {
    let end = 0;
    return sizes.map((size) => order.subarray(end, (end += size)));
  }
  const labels = labelsOf(dataset, stratify, scope, 'stratify');
  const row = byClass(labels, order);
  const parts = deal(row, proportionally(sizes, row.length), sizes.length, order);
  if (!allowMissingClasses) checkClasses(labels, parts, scope, 'part');
  return parts;
}

/** {@link SplitOptions} without saying that one of two is given. */
export interface FlatSplitOptions {
  readonly seed?: number;
  readonly shuffle?: boolean;
  readonly stratify?: Stratify;
  readonly allowMissingClasses?: boolean;
  readonly fractions?: readonly number[] | undefined;
  readonly sizes?: readonly number[] | undefined;
}

const numbersRule = option.custom<readonly number[], { readonly optional: true }>({
  expected: 'a list of numbers',
  accepts: (value) => Array.isArray(value) && value.length > 0,
  optional: true,
});

/** What {@link SplitOptions} may be. */
export const SPLIT_RULES = {
  seed: option.seed({ default: 0 }),
  shuffle: option.boolean({ default: true }),
  stratify: stratifyRule,
  allowMissingClasses: option.boolean({ default: false }),
  fractions: numbersRule,
  sizes: numbersRule,
};

function partSizes(
  { fractions, sizes }: Pick<FlatSplitOptions, 'fractions' | 'sizes'>,
  examples: number,
): number[] {
  const check = checkOptions(SCOPE);
  if ((fractions === undefined) === (sizes === undefined)) {
    check.fail('fractions or sizes', 'given, and only one of the two', fractions && { fractions, sizes });
  }
  if (sizes) {
    sizes.forEach((size, part) => check.integer(`sizes[${part}]`, size, { min: 1 }));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total > examples) check.fail('sizes', `at most ${examples} together, the examples there are`, total);
    return [...sizes];
  }
  let total = 0;
  let end = 0;
  const counts = fractions!.map((fraction, part) => {
    check.number(`fractions[${part}]`, fraction, { min: 0, exclusiveMin: true, max: 1 });
    total += fraction;
    const start = end;
    end = Math.min(examples, Math.round(examples * total));
    if (end === start) {
      check.fail(`fractions[${part}]`, `large enough for one of ${examples} examples`, fraction);
    }
    return end - start;
  });
  // 0.7 + 0.2 + 0.1 is a little over 1 in floating point.
  if (total > 1 + 1e-9) check.fail('fractions', 'at most 1 together', total);
  return counts;
}

// Each position goes to the part that is furthest behind its share, so that every stretch of the row is shared fairly.
// The lags add up to 1, so that part is behind by more than nothing: none gets more than its share.
function proportionally(sizes: readonly number[], length: number): Uint32Array {
  const rest = length - sizes.reduce((sum, size) => sum + size, 0);
  const shares = rest > 0 ? [...sizes, rest] : sizes;
  const given = shares.map(() => 0);
  return Uint32Array.from({ length }, (_, position) => {
    let behind = -1;
    let most = -Infinity;
    shares.forEach((share, part) => {
      const lag = (share * (position + 1)) / length - given[part]!;
      if (lag > most) [behind, most] = [part, lag];
    });
    given[behind]!++;
    return behind;
  });
}
