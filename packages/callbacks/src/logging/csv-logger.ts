import type { Plugin } from '@espalier/core';
import { quoted } from './csv-text.js';
import { epochLogger } from './epoch-logger.js';
import type { LogPlace } from './log-place.js';

/** Options of {@link csvLogger}. */
export type CsvLoggerOptions = LogPlace & {
  /** Default `csv-logger`. */
  readonly name?: string;
};

/**
 * Writes a CSV file (RFC 4180, UTF-8, `\n`) with one line for each epoch, on the disk before the next epoch begins.
 *
 * The columns are `epoch` (from 0), the run's metrics and `learning_rate`, known when the run starts and the same in every
 * line; a value that an epoch lacks is empty. Numbers are written with all their digits, so reading them back gives the
 * same float64; NaN and infinity as `NaN`, `Infinity`, `-Infinity`.
 *
 * A run overwrites the file; one that resumes from a checkpoint first writes the lines of the epochs before it, whatever a
 * kill has left.
 *
 * Source: as Keras's `CSVLogger`, with the learning rate, and with resuming instead of its `append`.
 *
 * In a store the log is an entry that is replaced with each line.
 *
 * @returns A plugin. It costs one small write an epoch.
 * @throws EspalierError `invalid-option`; `io` before the first step where the place cannot be written to.
 * @example
 * ```ts
 * const logging = csvLogger({ path: 'runs/baseline.csv' });
 * ```
 */
export function csvLogger(options: CsvLoggerOptions): Plugin<never, never> {
  return epochLogger({
    scope: 'csv-logger',
    options,
    entry: 'log.csv',
    header: (columns) => columns.map(quoted).join(','),
    line: (row) => row.map(([, value]) => value ?? '').join(','),
  });
}
