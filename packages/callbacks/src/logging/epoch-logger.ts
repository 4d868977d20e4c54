import type { EpochLogs, Plugin, Run } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { EpochFile, type EpochFormat } from './epoch-file.js';

/** What differs between two kinds of log file. */
export interface EpochLoggerKind {
  readonly scope: string;
  readonly name: string;
  readonly path: string;
  format(columns: readonly string[]): EpochFormat;
  line(row: Readonly<Record<string, number | undefined>>): string;
}

/** A plugin that writes one line for each epoch: its number, every metric and the learning rate. */
export function epochLogger({ scope, name, path, format, line }: EpochLoggerKind): Plugin<never, never> {
  const check = checkOptions(scope);
  check.text('name', name);
  check.text('path', path);

  let file: EpochFile | undefined;
  let goesOn = false;
  let begun = false;

  const begin = (run: Run): Promise<void> => {
    const columns = format(columnsOf(run));
    return goesOn ? file!.goOn(columns, run.epoch) : file!.startAnew(columns);
  };

  return {
    name,
    // After the others, so that what they log in the same epoch is in the line.
    enforce: 'post',
    // A run that goes on from a checkpoint calls this first and loadState after it.
    async onFitStart() {
      goesOn = false;
      begun = false;
      file = await EpochFile.open(name, path);
    },
    async onEpochEnd(run, logs) {
      if (!begun) await begin(run);
      begun = true;
      await file!.append(line(rowOf(run, logs)));
    },
    // Nothing to save; but having saved tells a run that goes on.
    saveState: () => ({ json: {} }),
    loadState() {
      goesOn = true;
    },
  };
}

function columnsOf(run: Run): string[] {
  return [...new Set(['epoch', ...run.metricNames, 'learning_rate'])];
}

function rowOf(run: Run, logs: EpochLogs): Record<string, number | undefined> {
  const all: EpochLogs = { learning_rate: run.learningRate, ...logs, epoch: run.epoch };
  return Object.fromEntries(columnsOf(run).map((column) => [column, all[column]]));
}
