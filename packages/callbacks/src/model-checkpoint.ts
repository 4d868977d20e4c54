import type { Plugin, Run } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { type CheckpointKind, CheckpointSeries } from './checkpoint-series.js';
import { folderStore } from './files/folder-store.js';
import { checkStore, type RunPlace } from './files/run-store.js';
import { improves, type MonitorMode, resolveMode } from './monitor.js';

/**
 * Options of {@link modelCheckpoint}: the place, which is a `directory` of Node's file system, made where it does not exist, or a
 * `store`; and when to write what there. One run at a time may write to a place.
 */
export type ModelCheckpointOptions<M extends string = string> = RunPlace & Settings<M>;

interface Settings<M extends string> {
  /** After so many epochs, or so many steps. Whole numbers >= 1. Default `{ epochs: 1 }`. */
  readonly every?: { readonly epochs: number } | { readonly steps: number };
  /** How many of these are kept, the newest. A whole number >= 1, default 3; `Infinity` keeps all. */
  readonly keep?: number;
  /** Also keep the checkpoint of the epoch at which this metric was best. */
  readonly monitor?: M;
  /** Default `auto`: by the metric's name. */
  readonly mode?: MonitorMode;
  /** Write at new best values only; needs `monitor`, and `keep` counts those. Default false. */
  readonly saveBestOnly?: boolean;
  /** Default `model-checkpoint`. */
  readonly name?: string;
}

interface State {
  readonly best: number | undefined;
}

/**
 * Writes checkpoints from which another process goes on bit for bit.
 *
 * Each is one safetensors file (readable by any tool that knows that format) of the whole state: weights, optimizer slots,
 * position in the data, history, the state of every plugin. Its name tells when and why it was written:
 * `000007-checkpoint-step-4690.safetensors`, `...-best-step-...`, `...-last-step-...`. A file with that name is whole, whenever
 * the process is killed or the tab closed.
 *
 * A run that is stopped (by a plugin, Ctrl-C or an AbortSignal) leaves one more, `last`, of the step where it stopped; the
 * weights in it are those that training had reached, also where `earlyStopping` puts back others. A run that goes on
 * from a checkpoint counts the files already there as its own; any other run leaves them alone.
 *
 * Best is judged as in {@link earlyStopping} with `minDelta: 0`: NaN never is.
 *
 * @returns A plugin. A checkpoint costs a copy of the state and a write of its bytes; between them it costs nothing.
 * @throws EspalierError `invalid-option`; `io` before the first step where the place cannot be written to.
 * @example
 * ```ts
 * const saving = modelCheckpoint({ directory: 'checkpoints', monitor: 'val_loss', keep: 2 });
 * const inTheBrowser = modelCheckpoint({ store: opfsStore('runs/1'), every: { steps: 100 } });
 * ```
 */
export function modelCheckpoint<const M extends string = never>(
  options: ModelCheckpointOptions<M>,
): Plugin<M, never> {
  const { keep = 3, monitor, mode = 'auto', saveBestOnly = false } = options;
  const { name = 'model-checkpoint' } = options;
  const every = options.every ?? { epochs: 1 };
  checkAll(options, name);
  const store = options.store ?? folderStore(options.directory);
  const direction = monitor === undefined ? undefined : resolveMode('model-checkpoint', monitor, mode);
  const keeping = { checkpoint: keep, best: saveBestOnly ? keep : 1, last: 1 };

  let series: CheckpointSeries | undefined;
  let state: State = { best: undefined };
  /** The step of the newest file of this run. */
  let writtenAt = 0;

  const write = async (run: Run, kind: CheckpointKind): Promise<void> => {
    await series!.write(kind, await run.checkpoint());
    writtenAt = run.step;
  };

  return {
    name,
    // After the others, so that their state of the same epoch is in the file.
    enforce: 'post',
    ...(monitor === undefined ? {} : { monitors: [monitor] }),
    async onFitStart(run, saved) {
      series = undefined;
      state = { best: (saved?.json as Partial<State> | undefined)?.best };
      writtenAt = run.step;
      series = await CheckpointSeries.open(name, store, keeping);
      if (saved) series.adopt();
    },
    async onStepEnd(run) {
      if (!saveBestOnly && 'steps' in every && run.step % every.steps === 0) await write(run, 'checkpoint');
    },
    async onEpochEnd(run, logs) {
      const value = monitor === undefined ? undefined : logs[monitor];
      if (value !== undefined && improves(value, state.best, direction!)) {
        state = { best: value };
        await write(run, 'best');
      }
      if (!saveBestOnly && 'epochs' in every && (run.epoch + 1) % every.epochs === 0) {
        await write(run, 'checkpoint');
      }
    },
    // Before the run gets other weights to end with: a run resumes from those that training reached.
    async onTrainEnd(run, status) {
      if (status === 'stopped' && run.step > writtenAt) await write(run, 'last');
    },
    onFitEnd() {
      series = undefined;
    },
    saveState: () => ({ json: state }),
  };
}

function checkAll(options: ModelCheckpointOptions, name: string): void {
  const { directory, store, keep = 3, monitor, mode = 'auto', saveBestOnly = false, every } = options;
  const check = checkOptions('model-checkpoint');
  check.text('name', name);
  if (store !== undefined) {
    checkStore('model-checkpoint', store);
    if (directory !== undefined) check.fail('directory', 'left out where store is given', directory);
  } else check.text('directory', directory);
  if (keep !== Infinity) check.integer('keep', keep, { min: 1 });
  if (monitor !== undefined) check.text('monitor', monitor);
  check.oneOf('mode', mode, ['auto', 'min', 'max']);
  check.boolean('saveBestOnly', saveBestOnly);
  if (saveBestOnly && monitor === undefined) {
    check.fail('monitor', 'the name of a metric where saveBestOnly is set', monitor);
  }
  if (every === undefined) return;
  if (saveBestOnly) check.fail('every', 'left out where saveBestOnly is set', every);
  const [entry, ...more] = typeof every === 'object' && every !== null ? Object.entries(every) : [];
  if (more.length > 0 || !entry || !['epochs', 'steps'].includes(entry[0])) {
    return check.fail('every', '{ epochs: n } or { steps: n }', every);
  }
  check.integer(`every.${entry[0]}`, entry[1], { min: 1 });
}
