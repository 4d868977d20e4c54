import type { EpochLogs, Plugin, Run } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import type { EpochFormat, EpochLog } from './epoch-log.js';
import { checkLogPlace, type LogPlace, openLog } from './log-place.js';

/** What differs between two kinds of log file. */
export interface EpochLoggerKind {
  readonly scope: string;
  readonly name: string;
  readonly place: LogPlace;
  /** Name of the entry in a store. */
  readonly entry: string;
  format(columns: readonly string[]): EpochFormat;
  line(row: Readonly<Record<string, number | undefined>>): string;
}

/** A plugin that writes one line for each epoch: its number, every metric and the learning rate. */
export function epochLogger(kind: EpochLoggerKind): Plugin<never, never> {
  const { scope, name, place, entry, format, line } = kind;
  checkOptions(scope).text('name', name);
  checkLogPlace(scope, place);

  let log: EpochLog | undefined;
  let goesOn = false;
  let begun = false;

  const begin = (run: Run): Promise<void> => {
    const columns = format(columnsOf(run));
    return goesOn ? log!.goOn(columns, run.epoch) : log!.startAnew(columns);
  };

  return {
    name,
    // After the others, so that what they log in the same epoch is in the line.
    enforce: 'post',
    async onFitStart(_run, saved) {
      goesOn = saved !== undefined;
      begun = false;
      log = await openLog(name, place, entry);
    },
    async onEpochEnd(run, logs) {
      if (!begun) await begin(run);
      begun = true;
      await log!.append(line(rowOf(run, logs)));
    },
    // Nothing to save; but having saved tells a run that goes on.
    saveState: () => ({ json: {} }),
  };
}

function columnsOf(run: Run): string[] {
  return [...new Set(['epoch', ...run.metricNames, 'learning_rate'])];
}

function rowOf(run: Run, logs: EpochLogs): Record<string, number | undefined> {
  const all: EpochLogs = { learning_rate: run.learningRate, ...logs, epoch: run.epoch };
  return Object.fromEntries(columnsOf(run).map((column) => [column, all[column]]));
}
