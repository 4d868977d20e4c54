import type { Plugin } from './plugin.js';
import { fail } from '../errors.js';
import { didYouMean } from '../nearest.js';

const AS_NUMBERS = "name its numbers, classwise(metric, { parts: ['a', 'b'] }), or take an average of them";

/** A line's own number. */
const OWN = ['epoch'];

/**
 * @param lists Metrics that are no numbers.
 * @throws EspalierError `unknown-metric` where a plugin monitors a name that the run does not produce, or that is no number;
 *   `duplicate-name` where it logs a number that the run, or another plugin, has under that name.
 */
export function checkMonitors(
  plugins: readonly Plugin[],
  produced: readonly string[],
  lists: readonly string[] = [],
): void {
  for (const { name, monitors = [], logs = [] } of plugins) {
    const taken = (logs as readonly string[]).find(
      (log) => OWN.includes(log) || produced.indexOf(log) !== produced.lastIndexOf(log),
    );
    if (taken !== undefined) {
      fail(
        'duplicate-name',
        name,
        `it logs '${taken}', which the run has already, of its own or of another plugin; log it under another name.`,
      );
    }
    const unknown = (monitors as readonly string[]).find((monitor) => !produced.includes(monitor));
    if (unknown === undefined) continue;
    if (lists.includes(unknown.replace(/^val_/, ''))) refuseList(name, unknown, produced);
    const hint =
      unknown.startsWith('val_') && produced.includes(unknown.slice(4))
        ? ' Give fit a `validation` data set.'
        : didYouMean(unknown, produced);
    fail(
      'unknown-metric',
      name,
      `monitor "${unknown}" is not produced by this run; it has: ${produced.join(', ')}.${hint}`,
    );
  }
}

/**
 * The same of values that have been measured: a metric need not say beforehand that it is a list.
 *
 * @throws EspalierError `unknown-metric`.
 */
export function checkMeasured(
  plugins: readonly Plugin[],
  lists: Readonly<Record<string, unknown>>,
  produced: readonly string[],
): void {
  const isNumber = (name: string): boolean => !Object.hasOwn(lists, name);
  for (const { name, monitors = [] } of plugins) {
    const list = (monitors as readonly string[]).find((monitor) => !isNumber(monitor));
    if (list !== undefined) refuseList(name, list, produced.filter(isNumber));
  }
}

function refuseList(plugin: string, monitor: string, numbers: readonly string[]): never {
  return fail(
    'unknown-metric',
    plugin,
    `monitor "${monitor}" is a list or matrix, which is neither better nor worse than another; ${AS_NUMBERS}, ` +
      `or monitor one of: ${numbers.join(', ')}.`,
  );
}
