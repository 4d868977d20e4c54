import type { Plugin, Run } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { type CheckpointKind, CheckpointSeries, newest, ofSteps } from './checkpoint-series.js';
import { folderStore } from './files/folder-store.js';
import type { ReleaseLock } from './files/run-lock.js';
import { lockInStore, type RunPlace, type RunStore, storeRule } from './files/run-store.js';
import { inScope } from './files/storage-error.js';
import { improves, type MonitorMode, modeRule, resolveMode } from './monitor.js';

/**
 * Options of {@link modelCheckpoint}: the place, which is a `directory` of Node's file system, made where it does not exist, or a
 * `store`; and when to write what there. One run at a time may write to a place: another is refused.
 */
export type ModelCheckpointOptions<M extends string = string> = RunPlace & Settings<M>;

interface Settings<M extends string> {
  /** After so many epochs, or so many steps. Whole numbers >= 1. Default `{ epochs: 1 }`. */
  readonly every?: { readonly epochs: number } | { readonly steps: number };
  /** How many of these are kept, the newest; with `saveBestOnly` the best. A whole number >= 1, default 3; `Infinity` keeps all. */
  readonly keep?: number;
  /** Also keep the checkpoint of the epoch at which this metric was best. */
  readonly monitor?: M;
  /** Default `auto`: as the metric says. */
  readonly mode?: MonitorMode;
  /** Write only those of the `keep` epochs at which the metric was best; needs `monitor`. Default false. */
  readonly saveBestOnly?: boolean;
  /** Default `model-checkpoint`. */
  readonly name?: string;
}

/** An epoch that is among the best. */
interface Best {
  readonly value: number;
  readonly step: number;
}

interface State {
  /** Best first. */
  readonly best: readonly Best[];
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
 * @throws EspalierError `invalid-option`; `io` before the first step where the place cannot be written to, or another run writes there.
 * @example
 * ```ts
 * const saving = modelCheckpoint({ directory: 'checkpoints', monitor: 'val_loss', keep: 2 });
 * const inTheBrowser = modelCheckpoint({ store: opfsStore('runs/1'), every: { steps: 100 } });
 * ```
 */
export function modelCheckpoint<const M extends string = never>(
  options: ModelCheckpointOptions<M>,
): Plugin<M, never> {
  const { values, config } = readOptions<ModelCheckpointOptions<M>, typeof RULES>(
    'model-checkpoint',
    options,
    RULES,
  );
  const { keep, monitor, mode, saveBestOnly, every = { epochs: 1 }, name } = values;
  checkTogether(values);
  const store = values.store ?? folderStore(values.directory!);
  const places = saveBestOnly ? keep : 1;

  let series: CheckpointSeries | undefined;
  let release: ReleaseLock | undefined;
  let direction: 'min' | 'max' = 'min';
  let best: readonly Best[] = [];
  /** The step of the newest file of this run. */
  let writtenAt = 0;

  const write = async (run: Run, kind: CheckpointKind): Promise<void> => {
    const count = kind === 'last' ? 1 : keep;
    const wanted = kind === 'best' ? ofSteps(best.map(({ step }) => step)) : newest(count);
    await series!.write(kind, await run.checkpoint(), wanted);
    writtenAt = run.step;
  };
  /** Whether a value is among the best; then it takes its place. */
  const takePlace = (value: number, step: number): boolean => {
    const worse = best.findIndex((other) => improves(value, other.value, direction));
    const at = worse < 0 ? best.length : worse;
    if (Number.isNaN(value) || at >= places) return false;
    best = [...best.slice(0, at), { value, step }, ...best.slice(at)].slice(0, places);
    return true;
  };

  return {
    name,
    config,
    // After the others, so that their state of the same epoch is in the file.
    enforce: 'post',
    ...(monitor === undefined ? {} : { monitors: [monitor] }),
    async onFitStart(run, saved) {
      series = undefined;
      if (monitor !== undefined) direction = resolveMode(name, run, monitor, mode);
      best = (saved?.json as Partial<State> | undefined)?.best ?? [];
      writtenAt = run.step;
      release = await inScope(name, () => lockInStore(store, 'checkpoints', run));
      series = await CheckpointSeries.open(name, store);
      if (saved) series.adopt();
    },
    async onStepEnd(run) {
      if (!saveBestOnly && 'steps' in every && run.step % every.steps === 0) await write(run, 'checkpoint');
    },
    async onEpochEnd(run, logs) {
      const value = monitor === undefined ? undefined : logs[monitor];
      if (value !== undefined && takePlace(value, run.step)) await write(run, 'best');
      if (!saveBestOnly && 'epochs' in every && (run.epoch + 1) % every.epochs === 0) {
        await write(run, 'checkpoint');
      }
    },
    // Before the run gets other weights to end with: a run resumes from those that training reached.
    async onTrainEnd(run, status) {
      if (status === 'stopped' && run.step > writtenAt) await write(run, 'last');
    },
    async onFitEnd() {
      series = undefined;
      await release?.();
      release = undefined;
    },
    saveState: () => ({ json: { best } satisfies State }),
  };
}

const RULES = {
  directory: option.text({ optional: true }),
  store: storeRule,
  every: option.custom<NonNullable<Settings<never>['every']>, { readonly optional: true }>({
    expected: '{ epochs: n } or { steps: n }',
    accepts(every) {
      const names = typeof every === 'object' && every !== null ? Object.keys(every) : [];
      return names.length === 1 && ['epochs', 'steps'].includes(names[0]!);
    },
    optional: true,
  }),
  keep: option.integer({ min: 1, infinite: true, default: 3 }),
  monitor: option.text({ optional: true }),
  mode: modeRule,
  saveBestOnly: option.boolean({ default: false }),
  name: option.text({ default: 'model-checkpoint' }),
};

type Together = Pick<Settings<string>, 'every' | 'monitor' | 'saveBestOnly'> & {
  readonly directory: string | undefined;
  readonly store: RunStore | undefined;
};

/** Checks options that depend on each other. */
function checkTogether({ directory, store, every, monitor, saveBestOnly }: Together): void {
  const check = checkOptions('model-checkpoint');
  for (const [unit, count] of Object.entries(every ?? {})) check.integer(`every.${unit}`, count, { min: 1 });
  if (store === undefined) check.text('directory', directory);
  else if (directory !== undefined) check.fail('directory', 'left out where store is given', directory);
  if (!saveBestOnly) return;
  if (monitor === undefined) check.fail('monitor', 'the name of a metric where saveBestOnly is set', monitor);
  if (every !== undefined) check.fail('every', 'left out where saveBestOnly is set', every);
}
