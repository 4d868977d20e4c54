import { checkOptions, EspalierError, type OptionChecker } from '@espalier/core';
import { didYouMean } from '@espalier/core/internal';
import type { ChartOptions } from './chart.js';

const shared = ['title', 'subtitle', 'width', 'height'];

/**
 * Checks title, subtitle and size of a chart, and that no option is unknown, and returns the checker for the rest.
 *
 * @param others - the options that this chart takes beside those
 * @throws EspalierError `invalid-option`
 */
export function checkChart<O extends ChartOptions>(
  scope: string,
  options: O,
  others: readonly (keyof O & string)[],
): OptionChecker {
  const check = checkOptions(scope);
  if (typeof options !== 'object' || options === null) check.fail('options', 'an object', options);
  const known = [...shared, ...others];
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new EspalierError({
      code: 'invalid-option',
      scope,
      message: `there is no option '${unknown}'.${didYouMean(unknown, known)} It takes ${known.join(', ')}.`,
    });
  }
  if (typeof options.title !== 'string') check.fail('title', 'a string', options.title);
  checkText(check, 'subtitle', options.subtitle);
  for (const side of ['width', 'height'] as const) {
    if (options[side] !== undefined) check.number(side, options[side], { min: 40, max: 4000 });
  }
  return check;
}

/** Checks an optional piece of text, which may be empty. */
export function checkText(check: OptionChecker, name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') check.fail(name, 'a string', value);
}
