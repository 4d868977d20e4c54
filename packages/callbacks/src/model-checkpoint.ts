import type { Checkpoint, EpochLogs, Plugin, Run } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { checkLabel, labelOf } from './checkpoint-label.js';
import { type CheckpointKind, CheckpointSeries, newest, ofSteps } from './checkpoint-series.js';
import { folderStore } from './files/folder-store.js';
import type { ReleaseLock } from './files/run-lock.js';
import { lockInStore, type RunPlace, type RunStore, storeRule } from './files/run-store.js';
import { inScope } from './files/storage-error.js';
import {
  improves,
  judgeAtRule,
  type JudgedAt,
  judging,
  type MonitorMode,
  modeRule,
  resolveMode,
} from './monitor.js';

/**
 * Options of {@link modelCheckpoint}: the place, which is a `directory` of Node's file system, made where it does not exist, or a
 * `store`; and when to write what there. One run at a time may write to a place: another is refused.
 */
export type ModelCheckpointOptions<M extends string = string> = RunPlace & Settings<M>;

interface Settings<M extends string> {
  /** After so many epochs, steps or seconds (at the first step after them). Default `{ epochs: 1 }`. */
  readonly every?: { readonly epochs: number } | { readonly steps: number } | { readonly seconds: number };
  /** How many of these are kept, the newest. A whole number >= 1, default 3; `Infinity` keeps all. */
  readonly keep?: number;
  /** Also keep the checkpoints of the epochs at which this metric was best. */
  readonly monitor?: M;
  /** How many of the best are kept. A whole number >= 1; default 1, with `saveBestOnly` that of `keep`. */
  readonly keepBest?: number;
  /** Default `auto`: as the metric says. */
  readonly mode?: MonitorMode;
  /** Only values better than this are among the best. */
  readonly initialThreshold?: number;
  /** Judge the metric at the end of each epoch, or after each validation. Default `epoch`. */
  readonly judgeAt?: JudgedAt;
  /** Write only those of the `keepBest` epochs at which the metric was best; needs `monitor`. Default false. */
  readonly saveBestOnly?: boolean;
  /**
   * Leave optimizer slots, history and the state of plugins out: for `loadWeights`, not for `resumeFrom`. The weights are those that
   * validation uses. Default false.
   */
  readonly weightsOnly?: boolean;
  /** Also leave one, `error`, of the last whole step where an error ends the run. Default false. */
  readonly saveOnError?: boolean;
  /** What file names end in besides: `epoch-{epoch}-val_loss-{val_loss:.3f}` gives `000007-best-step-4690-epoch-9-val_loss-0.081`. */
  readonly label?: string;
  /** Milliseconds by a clock of your own, for `every.seconds`. Default `performance.now`. */
  readonly clock?: () => number;
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
 * Best is judged as in {@link earlyStopping} with `minDelta: 0`: NaN never is, and of equal values the first stays.
 *
 * Source: Keras's `ModelCheckpoint` (`save_best_only`, `save_weights_only`, `initial_value_threshold`) and PyTorch Lightning's
 * (`save_top_k`, `train_time_interval`, `save_on_exception`, `filename`).
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
  const { keep, monitor, mode, saveBestOnly, every = { epochs: 1 }, name, weightsOnly, label = '' } = values;
  const { keepBest = saveBestOnly ? keep : 1, initialThreshold, saveOnError } = values;
  const { clock = () => performance.now() } = values;
  checkTogether(values);
  const store = values.store ?? folderStore(values.directory!);

  let series: CheckpointSeries | undefined;
  let release: ReleaseLock | undefined;
  let direction: 'min' | 'max' = 'min';
  let best: readonly Best[] = [];
  /** The step of the newest file of this run. */
  let writtenAt = 0;
  let timeWritten = 0;
  let lastLogs: EpochLogs = {};

  const write = async (run: Run, kind: CheckpointKind): Promise<void> => {
    const count = kind === 'last' || kind === 'error' ? 1 : keep;
    const wanted = kind === 'best' ? ofSteps(best.map(({ step }) => step)) : newest(count);
    const whole = await run.checkpoint();
    const checkpoint = weightsOnly ? await onlyWeights(whole, run) : whole;
    await series!.write(
      kind,
      checkpoint,
      wanted,
      labelOf(label, { epoch: run.epoch, step: run.step }, lastLogs),
    );
    writtenAt = run.step;
  };
  /** Whether a value is among the best; then it takes its place. */
  const takePlace = (value: number, step: number): boolean => {
    const worse = best.findIndex((other) => improves(value, other.value, direction));
    const at = worse < 0 ? best.length : worse;
    if (!improves(value, initialThreshold, direction) || at >= keepBest) return false;
    best = [...best.slice(0, at), { value, step }, ...best.slice(at)].slice(0, keepBest);
    return true;
  };
  const judge = async (run: Run, logs: EpochLogs): Promise<void> => {
    const value = monitor === undefined ? undefined : logs[monitor];
    if (value !== undefined && takePlace(value, run.step)) await write(run, 'best');
  };
  const judgeAt = values.judgeAt === 'validation' && monitor !== undefined ? 'validation' : 'epoch';

  return {
    name,
    config,
    // After the others, so that their state of the same epoch is in the file.
    enforce: 'post',
    ...(monitor === undefined ? {} : { monitors: [monitor] }),
    async onFitStart(run, saved) {
      series = undefined;
      if (monitor !== undefined) direction = resolveMode(name, run, monitor, mode);
      checkLabel(name, label, run);
      const state = saved?.json as Partial<State> | undefined;
      best = state?.best ?? [];
      lastLogs = run.record.epochs.at(-1) ?? {};
      writtenAt = run.step;
      timeWritten = clock();
      release = await inScope(name, () => lockInStore(store, 'checkpoints', run));
      series = await CheckpointSeries.open(name, store);
      if (saved) series.adopt();
    },
    ...('epochs' in every || saveBestOnly
      ? {}
      : {
          async onStepEnd(run: Run) {
            const due =
              'steps' in every ? run.step % every.steps === 0 : clock() - timeWritten >= 1000 * every.seconds;
            if (!due) return;
            timeWritten = clock();
            await write(run, 'checkpoint');
          },
        }),
    ...(judgeAt === 'validation' &&
      judging('model-checkpoint', judgeAt, [monitor!], async (run, logs) => {
        lastLogs = { ...lastLogs, ...logs };
        await judge(run, logs);
      })),
    async onEpochEnd(run, logs) {
      lastLogs = logs;
      if (judgeAt === 'epoch') await judge(run, logs);
      if (!saveBestOnly && 'epochs' in every && (run.epoch + 1) % every.epochs === 0) {
        await write(run, 'checkpoint');
      }
    },
    // Before the run gets other weights to end with: a run resumes from those that training reached.
    async onTrainEnd(run, status) {
      if (status === 'stopped' && run.step > writtenAt) await write(run, 'last');
    },
    ...(saveOnError && {
      async onError(run: Run) {
        if (series && run.step > writtenAt) await write(run, 'error');
      },
    }),
    async onFitEnd() {
      series = undefined;
      await release?.();
      release = undefined;
    },
    saveState: () => ({ json: { best } satisfies State }),
  };
}

/** A checkpoint without what only a run that resumes needs. */
async function onlyWeights(checkpoint: Checkpoint, run: Run): Promise<Checkpoint> {
  const weights = await run.getWeights('evaluated');
  const arrays = Object.fromEntries(
    Object.keys(checkpoint.arrays).flatMap((entry) => {
      const weight = weights[entry.replace(/^(?:parameters|variables)\//, '')];
      return /^(?:parameters|variables)\//.test(entry) && weight ? [[entry, weight]] : [];
    }),
  );
  // Which of several are the best is found by what the newest knows.
  const { plugins } = checkpoint;
  return { ...checkpoint, weightsOnly: true, plugins, arrays };
}

const RULES = {
  directory: option.text({ optional: true }),
  store: storeRule,
  every: option.custom<NonNullable<Settings<never>['every']>, { readonly optional: true }>({
    expected: '{ epochs: n } or { steps: n } or { seconds: n }',
    accepts(every) {
      const names = typeof every === 'object' && every !== null ? Object.keys(every) : [];
      return names.length === 1 && ['epochs', 'steps', 'seconds'].includes(names[0]!);
    },
    optional: true,
  }),
  keep: option.integer({ min: 1, infinite: true, default: 3 }),
  monitor: option.text({ optional: true }),
  keepBest: option.integer({ min: 1, infinite: true, optional: true }),
  mode: modeRule,
  initialThreshold: option.number({ optional: true }),
  judgeAt: judgeAtRule,
  saveBestOnly: option.boolean({ default: false }),
  weightsOnly: option.boolean({ default: false }),
  saveOnError: option.boolean({ default: false }),
  label: option.text({ optional: true }),
  clock: option.custom<() => number, { readonly optional: true }>({
    expected: 'a function that gives milliseconds',
    accepts: (clock) => typeof clock === 'function',
    optional: true,
  }),
  name: option.text({ default: 'model-checkpoint' }),
};

type Together = Partial<Settings<string>> & {
  readonly directory: string | undefined;
  readonly store: RunStore | undefined;
};

/** Checks options that depend on each other. */
function checkTogether({ directory, store, every, monitor, saveBestOnly, ...others }: Together): void {
  const check = checkOptions('model-checkpoint');
  for (const [unit, count] of Object.entries<number>(every ?? {})) {
    if (unit === 'seconds') check.number('every.seconds', count, { min: 0, exclusiveMin: true });
    else check.integer(`every.${unit}`, count, { min: 1 });
  }
  if (store === undefined) check.text('directory', directory);
  else if (directory !== undefined) check.fail('directory', 'left out where store is given', directory);
  for (const name of ['keepBest', 'initialThreshold'] as const) {
    if (others[name] !== undefined && monitor === undefined)
      check.fail('monitor', `the name of a metric where ${name} is given`, monitor);
  }
  if (others.judgeAt === 'validation' && monitor === undefined)
    check.fail('monitor', "the name of a metric where judgeAt is 'validation'", monitor);
  if (!saveBestOnly) return;
  if (monitor === undefined) check.fail('monitor', 'the name of a metric where saveBestOnly is set', monitor);
  if (every !== undefined) check.fail('every', 'left out where saveBestOnly is set', every);
}
