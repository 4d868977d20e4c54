import { checkOptions, EspalierError, option, readOptions } from '@espalier/core';
import { meanAndDeviation } from './spread.js';
import { studentT } from './student-t.js';
import { cleanText, formatNumber } from '../drawing/text.js';

/** Results of one setting, a number for each seed. */
export interface SeedResults {
  readonly name: string;
  /** At least two finite numbers. */
  readonly values: readonly number[];
}

/** What {@link finding} compares. */
export interface FindingOptions {
  /** Name of the number, e.g. `test accuracy`. */
  readonly metric: string;
  readonly baseline: SeedResults;
  readonly other: SeedResults;
  /** Follows each number, e.g. ` points`. Default nothing. */
  readonly unit?: string;
  /** Decimals, 0 to 20. Default: four significant digits. */
  readonly digits?: number;
  /** How many such differences are looked at together, see {@link meanOverSeeds}. Default 1. */
  readonly comparisons?: number;
}

/** A difference of means and how sure it is. */
export interface Finding {
  /** Mean of the other minus mean of the baseline. */
  readonly difference: number;
  /** Half of the 95 % interval around it. */
  readonly margin: number;
  /** True where 0 lies in the interval: the seeds alone may have made the difference. */
  readonly withinNoise: boolean;
  /** All of it as a sentence. */
  readonly text: string;
}

/**
 * The difference between two settings over their seeds with its 95 % interval, after Welch: `d = mean_b - mean_a`,
 * `margin = t s`, `s^2 = s_a^2 / n_a + s_b^2 / n_b`, `t` for Welch's degrees of freedom rounded down.
 *
 * @throws EspalierError `invalid-option` for wrong options; `invalid-data` for fewer than two seeds, or a number that is not finite
 * @see B. L. Welch, "The generalization of Student's problem", 1947
 * @example
 * ```ts
 * import { finding } from '@espalier/visualization';
 *
 * const { text } = finding({
 *   metric: 'test accuracy',
 *   baseline: { name: 'baseline', values: [97.9, 98.1, 98] },
 *   other: { name: 'batch norm', values: [98, 98.2, 98.05] },
 *   unit: ' points',
 *   digits: 2,
 * });
 * console.log(text);
 * ```
 */
export function finding(options: FindingOptions): Finding {
  const { metric, baseline, other, unit, digits, comparisons } = readOptions(
    'finding',
    options,
    rules,
  ).values;
  const check = checkOptions('finding');
  const [a, b] = Object.entries({ baseline, other }).map(([option, results]) => {
    check.text(`${option}.name`, results?.name);
    const { values } = results;
    if (!Array.isArray(values)) check.fail(`${option}.values`, 'an array of numbers', values);
    if (values.length < 2 || !values.every(Number.isFinite)) {
      throw new EspalierError({
        code: 'invalid-data',
        scope: 'finding',
        message: `'${results.name}' needs a finite number for each of at least two seeds, got [${values.join(', ')}]: one run says nothing of the noise between runs.`,
      });
    }
    const { mean, deviation } = meanAndDeviation(values);
    return {
      mean,
      variance: deviation ** 2 / values.length,
      n: values.length,
    };
  }) as [Summary, Summary];
  const difference = b.mean - a.mean;
  const variance = a.variance + b.variance;
  const freedom =
    variance === 0
      ? a.n + b.n - 2
      : variance ** 2 / (a.variance ** 2 / (a.n - 1) + b.variance ** 2 / (b.n - 1));
  const margin =
    studentT(Math.max(1, Math.floor(freedom + 1e-9)), 1 - 0.05 / comparisons) * Math.sqrt(variance);
  const withinNoise = Math.abs(difference) <= margin;
  const amount = (value: number) => `${formatNumber(value, digits)}${unit}`;
  const names = [cleanText(other.name), cleanText(baseline.name)] as const;
  const seeds = a.n === b.n ? `${a.n} seeds each` : `${b.n} and ${a.n} seeds`;
  const text = withinNoise
    ? `${cleanText(metric)}: no difference between ${names[0]} and ${names[1]} beyond the noise of the seeds (${amount(difference)}, 95 % interval \u00b1 ${amount(margin)}, ${seeds}).`
    : `${cleanText(metric)}: ${names[0]} is ${difference > 0 ? 'above' : 'below'} ${names[1]} by ${amount(Math.abs(difference))} (95 % interval \u00b1 ${amount(margin)}, ${seeds}).`;
  return { difference, margin, withinNoise, text };
}

const results = () =>
  option.custom<SeedResults>({
    expected: '{ name, values }',
    accepts: (value) => typeof value === 'object' && value !== null,
    toJson: () => null,
  });

const rules = {
  metric: option.text(),
  baseline: results(),
  other: results(),
  unit: option.text({ default: '', empty: true }),
  digits: option.integer({ min: 0, max: 20, optional: true }),
  comparisons: option.integer({ min: 1, default: 1 }),
};

interface Summary {
  readonly mean: number;
  readonly variance: number;
  readonly n: number;
}
