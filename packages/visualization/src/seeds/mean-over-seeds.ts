import { checkOptions, option, readOptions } from '@espalier/core';
import { meanAndDeviation } from './spread.js';
import { studentT } from './student-t.js';

/** What runs that differ by their seeds alone tell together. */
export interface MeanOverSeeds {
  /** NaN of nothing. */
  readonly mean: number;
  /** Standard deviation of a sample, `sqrt(sum((x - mean)^2) / (n - 1))`; NaN, as what follows, of fewer than two. */
  readonly deviation: number;
  /** Half the width of the 95 % confidence interval of the mean: `t deviation / sqrt(n)`. */
  readonly margin: number;
  /** How far one further run may lie from the mean, with 95 % confidence: `t deviation sqrt(1 + 1 / n)`. */
  readonly further: number;
}

/** How {@link meanOverSeeds} reckons. */
export interface MeanOverSeedsOptions {
  /**
   * How many such intervals are looked at together, e.g. to pick the best of six: each is made wider, so that all hold at once with
   * 95 % confidence (Bonferroni's correction). Default 1.
   */
  readonly comparisons?: number;
}

/**
 * Mean, deviation and 95 % intervals of a number over seeds, if runs are normally distributed.
 *
 * @param values One number for each seed.
 * @throws EspalierError `invalid-option` for anything but an array of numbers
 * @see Any text on Student's t: confidence and prediction intervals of a mean
 * @example
 * ```ts
 * import { meanOverSeeds } from '@espalier/visualization';
 *
 * const { mean, margin } = meanOverSeeds([97.9, 98.1, 98]);
 * console.log(`${mean.toFixed(2)} ± ${margin.toFixed(2)} %`);
 * ```
 */
export function meanOverSeeds(values: readonly number[], options: MeanOverSeedsOptions = {}): MeanOverSeeds {
  const { comparisons } = readOptions('mean-over-seeds', options, rules).values;
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'number'))
    checkOptions('mean-over-seeds').fail('values', 'an array of numbers', values);
  const n = values.length;
  const { mean, deviation } = meanAndDeviation(values);
  const t = studentT(n - 1, 1 - 0.05 / comparisons);
  return {
    mean,
    deviation,
    margin: (t * deviation) / Math.sqrt(n),
    further: t * deviation * Math.sqrt(1 + 1 / n),
  };
}

const rules = { comparisons: option.integer({ min: 1, default: 1 }) };
