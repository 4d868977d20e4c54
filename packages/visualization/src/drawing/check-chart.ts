import { checkOptions, option, readOptions, type OptionChecker, type OptionRules } from '@espalier/core';
import type { ChartOptions } from './chart.js';
import { isNumbers, type Numbers } from './matrix.js';

/** A text that may be empty, or left out. */
export const text = () => option.text({ optional: true, empty: true });

/** A side of the plot in px. */
export const side = () => option.number({ optional: true, min: 40, max: 4000 });

/** The two kinds of axes. */
export const scale = () => option.oneOf(['linear', 'log'], { optional: true });

/** A list that must be given, and whose entries the chart checks. */
export const list = <T>(expected: string) =>
  option.custom<readonly T[]>({ expected, accepts: Array.isArray });

/** Numbers in an array of any kind. */
export const numbers = () =>
  option.custom<Numbers, { readonly optional: true }>({
    optional: true,
    expected: 'an array of numbers',
    accepts: isNumbers,
    toJson: (values) => values.length,
  });

/** A pair of numbers that the chart checks further. */
export const pair = () =>
  option.custom<readonly [number, number], { readonly optional: true }>({
    optional: true,
    expected: 'two finite numbers, the lower first',
    accepts: (value) => Array.isArray(value) && value.length === 2 && value.every(Number.isFinite),
  });

/** Any value, which the chart checks. */
export const checkedLater = <T>(expected: string) =>
  option.custom<T>({ expected, accepts: (value) => value !== undefined, toJson: () => null });

const shared = {
  title: option.text({ empty: true }),
  subtitle: text(),
  width: side(),
  height: side(),
};

/**
 * Checks the options of a chart, names and all, and returns the checker for what the rules leave.
 *
 * @param rules - the options that this chart takes beside title, subtitle, width and height
 * @throws EspalierError `invalid-option`
 */
export function checkChart<O extends ChartOptions>(
  scope: string,
  options: O,
  rules: OptionRules<Omit<O, keyof ChartOptions>>,
): OptionChecker {
  readOptions<object, Record<string, never>>(scope, options, { ...rules, ...shared } as never);
  return checkOptions(scope);
}

/** The options with a title of their own where none is given; what is no object stays as it is, to be refused. */
export function withTitle<O extends Partial<ChartOptions>>(
  options: O,
  title: string | undefined,
): O & { readonly title: string } {
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  return (isObject && options.title === undefined ? { ...options, title } : options) as never;
}

/** Checks an optional piece of text inside an option, which may be empty. */
export function checkText(check: OptionChecker, name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') check.fail(name, 'a string', value);
}
