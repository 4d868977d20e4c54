import type { Plugin } from '@espalier/core';
import { epochLogger } from './epoch-logger.js';
import type { LogPlace } from './log-place.js';

/** Options of {@link jsonlLogger}. */
export type JsonlLoggerOptions = LogPlace & {
  /** Default `jsonl-logger`. */
  readonly name?: string;
};

/**
 * Writes a JSON Lines file with one object for each epoch, on the disk before the next epoch begins.
 *
 * Each has `epoch` (from 0), the run's metrics and `learning_rate`, in the same order in every line; a value that an epoch
 * lacks is left out. JSON has no NaN and no infinity: they are the strings `"NaN"`, `"Infinity"`, `"-Infinity"`, which
 * `Number()` reads back.
 *
 * A run overwrites the file; one that resumes from a checkpoint first writes the lines of the epochs before it, whatever a
 * kill has left.
 *
 * In a store the log is an entry that is replaced with each line.
 *
 * @returns A plugin. It costs one small write an epoch.
 * @throws EspalierError `invalid-option`; `io` before the first step where the place cannot be written to.
 * @example
 * ```ts
 * const logging = jsonlLogger({ path: 'runs/baseline.jsonl' });
 * ```
 */
export function jsonlLogger(options: JsonlLoggerOptions): Plugin<never, never> {
  return epochLogger({
    scope: 'jsonl-logger',
    options,
    entry: 'log.jsonl',
    header: () => '',
    line: (row) => `{${row.flatMap(([column, value]) => memberOf(column, value)).join(',')}}`,
  });
}

/** In the order of the row: an object of JavaScript would put names that are numbers first. */
function memberOf(column: string, value: number | undefined): string[] {
  if (value === undefined) return [];
  const shown = Number.isFinite(value) ? value : String(value);
  return [`${JSON.stringify(column)}:${JSON.stringify(shown)}`];
}
