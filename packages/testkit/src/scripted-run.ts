import type {
  Checkpoint,
  EpochLogs,
  EpochRecord,
  HostArray,
  HostArrays,
  Plugin,
  Run,
  RunEvent,
  RunRecord,
  RunStatus,
  StepLogs,
} from '@espalier/core';

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
  /** Called before the `onStepEnd` of each step; may call `run.stop` as a signal does, or throw as a data source does. */
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

const rank = { pre: 0, post: 2 } as const;

/**
 * Plays given epoch logs through plugins in the trainer's order of events, without a model.
 *
 * Reference sequences of monitored values (plateaus, NaN, negative values) cannot be produced by real training; this
 * drives plugins over them. It stops when a plugin asked for it, always ends with `onFitEnd`, and never throws: an error
 * of a hook is in the result.
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
  const plugins = [...options.plugins].sort((a, b) => order(a) - order(b));
  const factors: Record<string, number> = { ...from?.learningRateFactors };
  const records: EpochRecord[] = [...(from?.epochs ?? [])];
  const events: RunEvent[] = [...(from?.events ?? [])];
  const learningRates: number[] = [];
  let epoch = from?.epoch ?? 0;
  let stepInEpoch = from?.stepInEpoch ?? 0;
  let step = from?.step ?? 0;
  let logged: Record<string, number> = {};
  let weights = from ? stripPrefix(from.arrays, 'parameters/') : weightsAfter(0);
  let stopReason: string | undefined;
  let status: RunStatus | 'running' = 'running';
  let stepReads = 0;

  const rate = (): number =>
    Object.values(factors).reduce(
      (product, factor) => product * factor,
      typeof learningRate === 'number' ? learningRate : learningRate(epoch),
    );

  const run: Run = {
    seed,
    get epoch() {
      return epoch;
    },
    epochs: epochs.length,
    get step() {
      return step;
    },
    get stepInEpoch() {
      return stepInEpoch;
    },
    stepsPerEpoch,
    metricNames: [...new Set(epochs.flatMap((logs) => Object.keys(logs)))],
    get record() {
      return record();
    },
    get learningRate() {
      return rate();
    },
    get stopReason() {
      return stopReason;
    },
    stop(reason) {
      stopReason ??= reason;
    },
    scaleLearningRate(owner, factor) {
      factors[owner] = factor;
    },
    log(name, value) {
      logged[name] = value;
    },
    note(source, message) {
      events.push({ epoch, step, source, message });
    },
    getWeights: async () => copy(weights),
    async setWeights(next) {
      weights = copy(next);
    },
    checkpoint: async () => checkpoint(),
  };

  function record(): RunRecord {
    const parts = { seed, executor: 'scripted', epochs: records, events, status, seconds: [] };
    return stopReason === undefined ? parts : { ...parts, stopReason };
  }

  function checkpoint(): Checkpoint {
    // At the end of an epoch, a run goes on with the next.
    const ended = records.length > epoch;
    const json: Record<string, unknown> = {};
    const arrays: Record<string, HostArray> = addPrefix(copy(weights), 'parameters/');
    for (const plugin of plugins) {
      const state = plugin.saveState?.();
      if (state?.json !== undefined) json[plugin.name] = structuredClone(state.json);
      Object.assign(arrays, addPrefix(copy(state?.arrays ?? {}), `saved/${plugin.name}/`));
    }
    return {
      format: 'espalier-checkpoint',
      version: 1,
      seed,
      epoch: ended ? epoch + 1 : epoch,
      stepInEpoch: ended ? 0 : stepInEpoch,
      step,
      stepsPerEpoch,
      batchSize: 1,
      examples: stepsPerEpoch,
      learningRateFactors: { ...factors },
      epochs: [...records],
      events: [...events],
      seconds: [],
      totals: {},
      logged: { ...logged },
      validation: {},
      validatedAtStep: -1,
      plugins: json,
      arrays,
    };
  }

  function stepLogs(): StepLogs {
    const logs = options.stepLogs?.(epoch, stepInEpoch - 1) ?? epochs[epoch]!;
    const read = async (): Promise<EpochLogs> => {
      stepReads++;
      return logs;
    };
    return { read, running: read, tap: async (name) => options.taps?.[name] };
  }

  async function playEpoch(): Promise<void> {
    const logs = epochs[epoch]!;
    learningRates.push(rate());
    if (stepInEpoch === 0) {
      logged = {};
      for (const plugin of plugins) await plugin.onEpochStart?.(run);
    }
    while (stepInEpoch < stepsPerEpoch && stopReason === undefined) {
      step++;
      stepInEpoch++;
      options.duringStep?.(run);
      for (const plugin of plugins) await plugin.onStepEnd?.(run, stepLogs());
    }
    if (stepInEpoch < stepsPerEpoch) return;
    weights = weightsAfter(epoch + 1);
    const validation = Object.entries(logs).filter(([name]) => name.startsWith('val_'));
    if (validation.length > 0) {
      for (const plugin of plugins) await plugin.onValidationEnd?.(run, Object.fromEntries(validation));
    }
    records.push({ ...logs, ...logged, epoch });
    for (const plugin of plugins) await plugin.onEpochEnd?.(run, { ...logs, ...logged });
    records[records.length - 1] = { ...logs, ...logged, epoch };
    epoch++;
    stepInEpoch = 0;
  }

  let error: unknown;
  try {
    for (const plugin of plugins) {
      await plugin.onFitStart?.(run);
      const json = from?.plugins[plugin.name];
      const arrays = from && stripPrefix(from.arrays, `saved/${plugin.name}/`);
      if (json !== undefined || (arrays && Object.keys(arrays).length > 0)) {
        plugin.loadState?.({ json, arrays: arrays ?? {} });
      }
    }
    while (epoch < epochs.length && stopReason === undefined) await playEpoch();
    status = stopReason === undefined ? 'completed' : 'stopped';
  } catch (caught) {
    error = caught;
    status = 'failed';
    for (const plugin of plugins) await plugin.onError?.(run, caught);
  }
  for (const plugin of plugins) {
    try {
      await plugin.onFitEnd?.(run, status);
    } catch (caught) {
      error ??= caught;
      status = 'failed';
    }
  }
  return {
    status,
    ...(error === undefined ? {} : { error }),
    record: record(),
    learningRates,
    finalLearningRate: rate(),
    weights,
    stepReads,
    checkpoint: checkpoint(),
  };
}

function order(plugin: Plugin): number {
  return plugin.enforce ? rank[plugin.enforce] : 1;
}

function oneWeight(epochsDone: number): HostArrays {
  return { weight: { data: Float32Array.of(epochsDone), shape: [1], dtype: 'float32' } };
}

function copy(arrays: HostArrays): HostArrays {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, { ...array, data: array.data.slice() }]),
  );
}

function addPrefix(arrays: HostArrays, prefix: string): Record<string, HostArray> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [prefix + name, array]));
}

function stripPrefix(arrays: HostArrays, prefix: string): HostArrays {
  return Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array]),
  );
}
