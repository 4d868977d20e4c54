import type { Plugin, Run, RunRecord, RunStatus } from '@espalier/core';
import { checkOptions, EspalierError } from '@espalier/core';
import { checkMonitors, IN_STEP, PluginDriver } from '@espalier/core/internal';
import type { HookMessage } from './messages.js';
import { fromWire } from './wire-error.js';

/** What a plugin on the main thread cannot do: work inside the step, or give the run weights. */
const OUT_OF_REACH = [...IN_STEP, 'finalWeights', 'onValidationBatch', 'onCheckpoint'] as const;

/** Observing plugins on the main thread, driven by what a worker tells of its run. */
export class MirroredRun {
  readonly #driver: PluginDriver;
  readonly #run: { -readonly [K in keyof Run]: Run[K] };
  #fitting = false;

  /** @throws EspalierError `invalid-option` for a plugin that works inside the step. */
  constructor(plugins: readonly Plugin[], stop: (reason: string) => void) {
    this.#driver = new PluginDriver(plugins);
    for (const hook of OUT_OF_REACH) {
      const [plugin] = this.#driver.with(hook);
      if (!plugin) continue;
      const wanted = `plugins with hooks between steps only; give this one, with its ${hook}, to the trainer in the worker`;
      checkOptions('workers').fail('plugins', wanted, plugin.name);
    }
    this.#run = distantRun((reason) => {
      this.#run.stopReason ??= reason;
      stop(reason);
    });
  }

  /** Whether steps have to be told of. */
  get wantsSteps(): boolean {
    return this.#driver.has('onStepStart') || this.#driver.has('onStepEnd');
  }

  /** Brings the run up to date and calls the plugins' hook. */
  async take({ hook, position, added, start, logs = {}, error, ...now }: HookMessage): Promise<void> {
    const run = this.#run;
    this.#fitting = hook !== 'onFitEnd';
    Object.assign(run, position);
    run.stopReason = now.stopReason;
    if (start) {
      Object.assign(run, { seed: start.seed, metricNames: start.metricNames });
      run.directionOf = (name) =>
        Object.hasOwn(start.directions, name) ? start.directions[name] : undefined;
      run.record = { ...EMPTY, seed: start.seed, executor: start.executor, setup: start.setup };
      checkMonitors(this.#driver.plugins, run.metricNames);
    }
    const { epochs, events, seconds } = run.record;
    run.record = {
      ...run.record,
      epochs: [...epochs, ...added.epochs],
      events: [...events, ...added.events],
      seconds: [...seconds, ...added.seconds],
      status: now.status ?? 'running',
      ...(now.stopReason === undefined ? {} : { stopReason: now.stopReason }),
    };
    const driver = this.#driver;
    switch (hook) {
      case 'onStepEnd':
        return driver.observe(hook, run, {
          read: async () => logs,
          running: async () => logs,
          tap: async () => undefined,
          accepted: true,
        });
      case 'onValidationEnd':
      case 'onEpochEnd':
        return driver.observe(hook, run, logs);
      case 'onError':
        return firstOf(await driver.observeAll(hook, run, error && fromWire(error, 'the run')));
      case 'onTrainEnd':
        return driver.observe(hook, run, now.status!);
      case 'onFitEnd':
        return firstOf(await driver.observeAll(hook, run, now.status!));
      default:
        return driver.observe(hook, run);
    }
  }

  /** Ends the run for the plugins where the worker can no longer tell. */
  async fail(error: unknown): Promise<void> {
    if (!this.#fitting) return;
    this.#fitting = false;
    const run = this.#run;
    run.record = { ...run.record, status: 'failed' };
    const status: RunStatus = 'failed';
    const errors = await this.#driver.observeAll('onError', run, error);
    firstOf([...errors, ...(await this.#driver.observeAll('onFitEnd', run, status))]);
  }
}

function firstOf([error]: readonly unknown[]): void {
  if (error !== undefined) throw error;
}

const EMPTY: RunRecord = {
  seed: 0,
  executor: 'worker',
  epochs: [],
  events: [],
  seconds: [],
  status: 'running',
  setup: { plugins: [], versions: {} },
};

function distantRun(stop: (reason: string) => void): Run {
  return {
    seed: 0,
    epoch: 0,
    epochs: 0,
    step: 0,
    stepInEpoch: 0,
    stepsPerEpoch: 0,
    metricNames: [],
    record: EMPTY,
    learningRate: NaN,
    stopReason: undefined,
    directionOf: () => undefined,
    stop,
    scaleLearningRate: () => outOfReach('scaleLearningRate'),
    log: () => outOfReach('log'),
    note: () => outOfReach('note'),
    getWeights: async () => outOfReach('getWeights'),
    setWeights: async () => outOfReach('setWeights'),
    stepState: async () => outOfReach('stepState'),
    setStepState: async () => outOfReach('setStepState'),
    syncModel: async () => outOfReach('syncModel'),
    snapshot: async () => outOfReach('snapshot'),
    rollBack: async () => outOfReach('rollBack'),
    checkpoint: async () => outOfReach('checkpoint'),
  };
}

function outOfReach(what: string): never {
  throw new EspalierError({
    code: 'invalid-option',
    scope: 'workers',
    message: `run.${what} is out of reach of the main thread; give this plugin to the trainer in the worker.`,
  });
}
