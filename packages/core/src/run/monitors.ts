import type { Plugin } from './plugin.js';
import { fail } from '../errors.js';
import { didYouMean } from '../nearest.js';

/** @throws EspalierError `unknown-metric` where a plugin monitors a name that the run does not produce. */
export function checkMonitors(plugins: readonly Plugin[], produced: readonly string[]): void {
  for (const { name, monitors = [] } of plugins) {
    const unknown = (monitors as readonly string[]).find((monitor) => !produced.includes(monitor));
    if (unknown !== undefined) {
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
}
