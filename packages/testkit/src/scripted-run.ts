import type {
  Checkpoint,
  EpochLogs,
  HostArray,
  HostArrays,
  Plugin,
  Run,
  RunRecord,
  RunStatus,
} from '@espalier/core';
import { checkMonitors, directionOfName, PluginDriver, RunEngine, wholeRun } from '@espalier/core/internal';

/** What a scripted run plays. */
export interface ScriptedRunOptions {
  readonly plugins: readonly Plugin[];
  /** The logs of each epoch, in order. */
  readonly epochs: readonly EpochLogs[];
  /** Steps in an epoch. Default 1. */
  readonly stepsPerEpoch?: number;
  /** Base learning rate: a number, or one for each epoch. Default 0.1. */
  readonly learningRate?: number | ((epoch: number) => number);
  /** The weights that training has reached after so many epochs. Default: one weight that holds that number. */
  readonly weights?: (epochsDone: number) => HostArrays;
  /** Logs of one step. Default: those of its epoch. */
  readonly stepLogs?: (epoch: number, step: number) => EpochLogs;
  /** Tapped tensors of every step. */
  readonly taps?: Readonly<Record<string, HostArray>>;
  /** Called in each step, before it counts; may call `run.stop` as a signal does, or throw as a data source does. */
  readonly duringStep?: (run: Run) => void;
  /** Goes on from here, as `fit` does with a checkpoint. */
  readonly from?: Checkpoint;
  readonly seed?: number;
}

/** What a scripted run came to. */
export interface ScriptedRunResult {
  readonly status: RunStatus;
  /** What was thrown, where the status is `failed`. */
  readonly error?: unknown;
  readonly record: RunRecord;
  /** The rate that each epoch of this run began with. */
  readonly learningRates: readonly number[];
  /** The rate after the last epoch. */
  readonly finalLearningRate: number;
  /** The weights as the plugins left them. */
  readonly weights: HostArrays;
  /** How often plugins read values of steps. */
  readonly stepReads: number;
  /** The state after `onFitEnd`. */
  readonly checkpoint: Checkpoint;
}

/**
 * Plays given epoch logs through plugins, without a model, on the engine that runs `Trainer.fit`.
 *
 * Reference sequences of monitored values (plateaus, NaN, negative values) cannot be produced by real training; this
 * drives plugins over them. It never throws: an error of a hook is in the result.
 *
 * @example
 * ```ts
 * const result = await scriptedRun({
 *   plugins: [earlyStopping({ monitor: 'val_loss', patience: 1 })],
 *   epochs: [{ val_loss: 1 }, { val_loss: 2 }, { val_loss: 3 }],
 * });
 * // result.status === 'stopped', result.record.epochs.length === 2
 * ```
 */
export async function scriptedRun(options: ScriptedRunOptions): Promise<ScriptedRunResult> {
  const { epochs, stepsPerEpoch = 1, learningRate = 0.1, from, seed = 0 } = options;
  const weightsAfter = options.weights ?? oneWeight;
  const driver = new PluginDriver(options.plugins);
  const learningRates: number[] = [];
  let weights = from ? withoutPrefix(from.arrays, 'parameters/') : weightsAfter(0);
  let stepReads = 0;

  const metricNames = [
    ...new Set([
      ...epochs.flatMap((logs) => Object.keys(logs)),
      'learning_rate',
      ...driver.plugins.flatMap(({ logs = [] }) => logs as readonly string[]),
    ]),
  ];
  const engine: RunEngine = new RunEngine(
    {
      seed,
      executor: 'scripted',
      setup: { plugins: driver.configs(), versions: {} },
      epochs: epochs.length,
      stepsPerEpoch,
      metricNames,
      learningRate: typeof learningRate === 'number' ? learningRate : ({ epoch }) => learningRate(epoch),
      directionOf: directionOfName,
      // No time passes in a script.
      now: () => 0,
    },
    driver,
    {
      getWeights: async () => copy(weights),
      setWeights: async (next) => void (weights = copy(next)),
      readState: async () => ({}),
      contents: {
        readState: async () => withPrefix(copy(weights), 'parameters/'),
        writeState: async (entries) => void (weights = withoutPrefix(copy(entries), 'parameters/')),
        position: () => ({ examples: run.stepInEpoch }),
        batchSize: 1,
        examples: stepsPerEpoch,
      },
    },
  );
  const { run } = engine;
  const logsNow = (): EpochLogs => epochs[run.epoch]!;
  const validates = epochs.some((logs) => Object.keys(logs).some(isValidation));

  const errors = await wholeRun(
    engine,
    {
      openEpoch() {
        checkMonitors(driver.plugins, metricNames);
        learningRates.push(run.learningRate);
      },
      steps() {
        options.duringStep?.(run);
        const logs = options.stepLogs?.(run.epoch, run.stepInEpoch) ?? logsNow();
        if (run.stepInEpoch === stepsPerEpoch - 1) weights = weightsAfter(run.epoch + 1);
        return {
          logs() {
            stepReads++;
            return logs;
          },
          tap: async (name) => options.taps?.[name],
        };
      },
      epochLogs: () => pick(logsNow(), (name) => !isValidation(name)),
      ...(validates ? { validate: async () => pick(logsNow(), isValidation) } : {}),
    },
    from,
  );
  const [error] = errors;
  return {
    status: run.status as RunStatus,
    ...(error === undefined ? {} : { error }),
    record: run.record,
    learningRates,
    finalLearningRate: run.learningRate,
    weights,
    stepReads,
    checkpoint: await run.checkpoint(),
  };
}

function isValidation(name: string): boolean {
  return name.startsWith('val_');
}

function pick(logs: EpochLogs, wanted: (name: string) => boolean): EpochLogs {
  return Object.fromEntries(Object.entries(logs).filter(([name]) => wanted(name)));
}

function oneWeight(epochsDone: number): HostArrays {
  return { weight: { data: Float32Array.of(epochsDone), shape: [1], dtype: 'float32' } };
}

function copy(arrays: HostArrays): HostArrays {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, { ...array, data: array.data.slice() }]),
  );
}

function withPrefix(arrays: HostArrays, prefix: string): HostArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [prefix + name, array]));
}

function withoutPrefix(arrays: HostArrays, prefix: string): HostArrays {
  return Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array]),
  );
}
