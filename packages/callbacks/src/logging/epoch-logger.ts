import type { EpochLogs, Plugin, Run } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { EpochLog } from './epoch-log.js';
import type { ReleaseLock } from '../files/run-lock.js';
import { checkLogPlace, lockLog, type LogPlace, openLog, PLACE_RULES } from './log-place.js';

/** Options that they share. */
export type EpochLoggerOptions = LogPlace & { readonly name?: string };

/** A line of a log: each column with its value, if the epoch has one. */
export type Row = readonly (readonly [column: string, value: number | undefined])[];

/** What differs between two kinds of log file. */
export interface EpochLoggerKind {
  readonly scope: string;
  readonly options: EpochLoggerOptions;
  /** Name of the entry in a store. */
  readonly entry: string;
  /** First line; empty where there is none. */
  header(columns: readonly string[]): string;
  line(row: Row): string;
}

/** A plugin that writes one line for each epoch: its number, every metric and the learning rate. */
export function epochLogger(kind: EpochLoggerKind): Plugin<never, never> {
  const { scope, entry, header, line } = kind;
  const { values, config } = readOptions(scope, kind.options, {
    ...PLACE_RULES,
    name: option.text({ default: scope }),
  });
  const { name, ...given } = values;
  const place = given as LogPlace;
  checkLogPlace(scope, place);

  let log: EpochLog | undefined;
  let begun = false;
  let release: ReleaseLock | undefined;

  /** A run that resumes has its earlier epochs in its record, whatever a kill has left of the log. */
  const begin = async (run: Run, epochs: readonly EpochLogs[]): Promise<void> => {
    const lines = epochs.map((logs) => line(rowOf(run, logs)));
    await log!.replace(header(columnsOf(run)), lines, run.step > 0 && epochs.length > 0);
    begun = true;
  };

  return {
    name,
    config,
    // After the others, so that what they log in the same epoch is in the line.
    enforce: 'post',
    async onFitStart(run) {
      begun = false;
      release = await lockLog(name, place, entry, run);
      log = await openLog(name, place, entry);
      const { epochs } = run.record;
      if (epochs.length > 0) await begin(run, epochs);
    },
    async onEpochEnd(run, logs) {
      if (!begun) await begin(run, []);
      await log!.append(line(rowOf(run, { ...logs, epoch: run.epoch })));
    },
    async onFitEnd() {
      await release?.();
      release = undefined;
    },
  };
}

function columnsOf(run: Run): string[] {
  return [...new Set(['epoch', ...run.metricNames, 'learning_rate'])];
}

function rowOf(run: Run, logs: EpochLogs): Row {
  return columnsOf(run).map((column) => [column, Object.hasOwn(logs, column) ? logs[column] : undefined]);
}
