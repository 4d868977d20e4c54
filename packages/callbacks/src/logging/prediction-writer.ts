import type { HostArrays, Plugin, Run, ValidationBatch } from '@espalier/core';
import { checkOptions, option, readOptions, toTensorData } from '@espalier/core';
import { folderStore } from '../files/folder-store.js';
import type { ReleaseLock } from '../files/run-lock.js';
import { lockInStore, type RunPlace, type RunStore, storeRule, tryWriting } from '../files/run-store.js';
import { inScope } from '../files/storage-error.js';

/** Options of {@link predictionWriter}. */
export type PredictionWriterOptions = RunPlace & {
  /** At the validations of every so many epochs. A whole number >= 1, default 1. */
  readonly everyEpochs?: number;
  /** Default `prediction-writer`. */
  readonly name?: string;
};

/**
 * Writes what the model gives for each example of a validation: one JSON Lines file for each, `predictions-epoch-000003-step-400.jsonl`.
 *
 * A line has `outputs` and `targets`, each the example's numbers by the name of the output, flat in row-major order; numbers that are
 * not finite are the strings `"NaN"`, `"Infinity"`, `"-Infinity"`. Examples come in the order of the validation data. A file is written
 * when its validation has ended, whole; one that is there is replaced.
 *
 * Source: as PyTorch Lightning's `BasePredictionWriter` with `write_interval="epoch"`, at validations.
 *
 * @returns A plugin. It has validations copy the outputs, and keeps the text of one in memory.
 * @throws EspalierError `invalid-option`; `io` before the first step where the place cannot be written to.
 * @example
 * ```ts
 * const writing = predictionWriter({ directory: 'runs/1/predictions', everyEpochs: 5 });
 * ```
 */
export function predictionWriter(options: PredictionWriterOptions): Plugin<never, never> {
  const { values, config } = readOptions<PredictionWriterOptions, typeof RULES>(
    'prediction-writer',
    options,
    RULES,
  );
  const { everyEpochs, directory, name } = values;
  const check = checkOptions('prediction-writer');
  if (values.store === undefined) check.text('directory', directory);
  else if (directory !== undefined) check.fail('directory', 'left out where store is given', directory);
  const store: RunStore = values.store ?? folderStore(directory!);
  let lines: string[] = [];
  let release: ReleaseLock | undefined;

  const isDue = ({ epoch }: Run): boolean => (epoch + 1) % everyEpochs === 0;
  return {
    name,
    config,
    async onFitStart(run) {
      lines = [];
      release = await inScope(name, () => lockInStore(store, 'predictions', run));
      await inScope(name, () => tryWriting(store));
    },
    onValidationStart() {
      lines = [];
    },
    onValidationBatch(run, { outputs, examples }: ValidationBatch) {
      if (!isDue(run)) return;
      const [given, wanted] = [rowsOf(outputs), rowsOf(examples.targets)];
      for (const [i, row] of given.entries())
        lines.push(JSON.stringify({ outputs: row, targets: wanted[i] }));
    },
    async onValidationEnd(run) {
      if (!isDue(run) || lines.length === 0) return;
      const [epoch, step] = [String(run.epoch).padStart(6, '0'), run.step];
      const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
      lines = [];
      await inScope(name, () => store.write(`predictions-epoch-${epoch}-step-${step}.jsonl`, bytes));
    },
    async onFitEnd() {
      lines = [];
      await release?.();
      release = undefined;
    },
  };
}

type Row = Record<string, (number | string)[]>;

/** The numbers of each example, by name. */
function rowsOf(arrays: HostArrays): Row[] {
  const rows: Row[] = [];
  for (const [name, array] of Object.entries(arrays)) {
    const values = toTensorData(array);
    const count = array.shape[0]!;
    const width = values.length / count;
    for (let i = 0; i < count; i++)
      (rows[i] ??= {})[name] = Array.from(values.subarray(i * width, (i + 1) * width), (value) =>
        Number.isFinite(value) ? value : String(value),
      );
  }
  return rows;
}

const RULES = {
  directory: option.text({ optional: true }),
  store: storeRule,
  everyEpochs: option.integer({ min: 1, default: 1 }),
  name: option.text({ default: 'prediction-writer' }),
};
