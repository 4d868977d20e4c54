import { checkOptions, option, readOptions } from '@espalier/core';
import { share } from './class-counts.js';

/** What {@link groupRates} compares. */
export interface GroupRatesOptions {
  /** Answer to each yes-or-no question, 0 or 1. */
  readonly predicted: ArrayLike<number>;
  /** What is true, 0 or 1. */
  readonly actual: ArrayLike<number>;
  /** The group that each example belongs to. */
  readonly groups: ArrayLike<number | string>;
}

/** Rates of one group, each from 0 to 1. */
export interface GroupRate {
  readonly group: string;
  readonly examples: number;
  /** Share that was answered yes. */
  readonly positiveRate: number;
  readonly truePositiveRate: number;
  readonly falsePositiveRate: number;
  readonly trueNegativeRate: number;
  readonly falseNegativeRate: number;
  readonly accuracy: number;
}

/** What {@link groupRates} gives. */
export interface GroupRates {
  readonly groups: readonly GroupRate[];
  /** Lowest over highest share of yes; 1 is equal. NaN where nobody was answered yes. */
  readonly demographicParity: number;
  /** Lowest over highest true positive rate; 1 is equal. NaN where no yes was found. */
  readonly equalOpportunity: number;
}

/**
 * How the answers of a yes-or-no classifier fall out for groups of examples: rates of each group, and the ratios of the lowest to the
 * highest.
 *
 * ```text
 * demographicParity = min_g P(yes | g) / max_g P(yes | g)
 * equalOpportunity  = min_g P(yes | g, true) / max_g P(yes | g, true)
 * ```
 *
 * @param options.predicted `[N]` of 0 and 1.
 * @param options.actual `[N]` of 0 and 1.
 * @param options.groups `[N]` numbers or names.
 * @returns Rates by group, in the order of their names; of nothing they are 0.
 * @throws EspalierError `invalid-option` for lists of different lengths, empty ones, and answers that are not 0 or 1.
 * @example
 * ```ts
 * groupRates({ predicted: [1, 0, 1, 0], actual: [1, 0, 1, 1], groups: ['a', 'a', 'b', 'b'] }).equalOpportunity; // 0.5
 * ```
 * Source: as torchmetrics `BinaryFairness`, `BinaryGroupStatRates`.
 */
export function groupRates(options: GroupRatesOptions): GroupRates {
  const list = <T extends number | string>(expected: string, accepts: (value: unknown) => boolean) =>
    option.custom<ArrayLike<T>>({
      expected,
      accepts: (value) => isList(value) && value.length > 0 && Array.from(value).every(accepts),
      toJson: (value) => Array.from(value),
    });
  const answers = list<number>('a list of 0 and 1', (value) => value === 0 || value === 1);
  const { values } = readOptions('group-rates', options, {
    predicted: answers,
    actual: answers,
    groups: list<number | string>('a list of numbers or names', (value) =>
      ['number', 'string'].includes(typeof value),
    ),
  });
  const { predicted, actual, groups } = values;
  const check = checkOptions('group-rates');
  for (const [name, { length }] of Object.entries({ actual, groups })) {
    if (length !== predicted.length) check.fail(name, `as long as predicted, ${predicted.length}`, length);
  }
  const counts: Record<string, number[]> = {};
  for (let i = 0; i < predicted.length; i++) {
    const of = (counts[String(groups[i])] ??= [0, 0, 0, 0]);
    of[2 * actual[i]! + predicted[i]!]!++;
  }
  const rates = Object.keys(counts)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((group): GroupRate => {
      const [tn, fp, fn, tp] = counts[group] as [number, number, number, number];
      const examples = tn + fp + fn + tp;
      return {
        group,
        examples,
        positiveRate: (tp + fp) / examples,
        truePositiveRate: share(tp, tp + fn),
        falsePositiveRate: share(fp, fp + tn),
        trueNegativeRate: share(tn, fp + tn),
        falseNegativeRate: share(fn, tp + fn),
        accuracy: (tp + tn) / examples,
      };
    });
  const ratio = (of: (rate: GroupRate) => number): number => {
    const all = rates.map(of);
    return Math.min(...all) / Math.max(...all);
  };
  return {
    groups: rates,
    demographicParity: ratio(({ positiveRate }) => positiveRate),
    equalOpportunity: ratio(({ truePositiveRate }) => truePositiveRate),
  };
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
