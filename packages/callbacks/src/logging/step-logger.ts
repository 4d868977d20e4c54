import type { EpochLogs, Plugin, Run } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { runFiles } from '../files/run-files.js';
import { quoted } from './csv-text.js';
import { lockLog } from './log-place.js';
import type { ReleaseLock } from '../files/run-lock.js';
import { GrowingFile } from '../files/growing-file.js';

/** Options of {@link stepLogger}. */
export interface StepLoggerOptions {
  /** A file of Node's file system; its folder is made where it does not exist. */
  readonly path: string;
  /** After every so many steps. A whole number >= 1, default 1. */
  readonly everySteps?: number;
  /** Default: `jsonl` where the path ends so, else `csv`. */
  readonly format?: 'csv' | 'jsonl';
  /** Default `step-logger`. */
  readonly name?: string;
}

/**
 * Writes the numbers of single steps, one line each: `epoch` (from 0), `step` (steps done), the loss and metrics of that step alone, and
 * `learning_rate`, the rate of the next.
 *
 * Numbers are written with all their digits; NaN and infinity as `NaN`, `Infinity`, `-Infinity`, in JSON Lines as strings of that.
 * A run overwrites the file; one that resumes cuts it back to what it was at its checkpoint and goes on. List `modelCheckpoint` after
 * it, so that a checkpoint of a step knows of that step's line.
 *
 * Source: as PyTorch Lightning's `CSVLogger` with `log_every_n_steps`; `csvLogger` and `jsonlLogger` write lines of epochs.
 *
 * @returns A plugin. It reads the sums of every `everySteps`-th step, and writes a line.
 * @throws EspalierError `invalid-option`; `io` before the first step where the file cannot be written to.
 * @example
 * ```ts
 * const logging = stepLogger({ path: 'runs/steps.csv', everySteps: 50 });
 * ```
 */
export function stepLogger(options: StepLoggerOptions): Plugin<never, never> {
  const { values, config } = readOptions('step-logger', options, {
    path: option.text(),
    everySteps: option.integer({ min: 1, default: 1 }),
    format: option.oneOf(['csv', 'jsonl'], { optional: true }),
    name: option.text({ default: 'step-logger' }),
  });
  const { path, everySteps, name } = values;
  const { format = path.endsWith('.jsonl') ? 'jsonl' : 'csv' } = values;
  let file: GrowingFile | undefined;
  let release: ReleaseLock | undefined;

  const write = (line: string): Promise<void> => file!.write(new TextEncoder().encode(`${line}\n`));
  return {
    name,
    config,
    enforce: 'post',
    async onFitStart(run, saved) {
      release = await lockLog(name, { path }, path, run);
      file = new GrowingFile(name, await runFiles(name), path);
      await file.open((saved?.json as { readonly bytes?: number } | undefined)?.bytes ?? 0);
    },
    async onStepEnd(run, logs) {
      if (run.step % everySteps !== 0) return;
      const row = rowOf(run, await logs.read());
      if (format === 'jsonl') return write(JSON.stringify(Object.fromEntries(row), nonFiniteAsText));
      if (file!.bytes === 0) await write(row.map(([column]) => quoted(column)).join(','));
      await write(row.map(([, value]) => value).join(','));
    },
    async onFitEnd() {
      await release?.();
      release = undefined;
    },
    saveState: () => ({ json: { bytes: file?.bytes ?? 0 } }),
  };
}

function rowOf({ epoch, step, learningRate }: Run, logs: EpochLogs): [column: string, value: number][] {
  return [['epoch', epoch], ['step', step], ...Object.entries(logs), ['learning_rate', learningRate]];
}

function nonFiniteAsText(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
