import { checkOptions, type OptionChecker } from '@espalier/core';
import type { ChartOptions } from './chart.js';

/**
 * Checks title, subtitle and size of a chart and returns the checker for the rest.
 *
 * @throws EspalierError `invalid-option`
 */
export function checkChart(scope: string, options: ChartOptions): OptionChecker {
  const check = checkOptions(scope);
  if (typeof options !== 'object' || options === null) check.fail('options', 'an object', options);
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
