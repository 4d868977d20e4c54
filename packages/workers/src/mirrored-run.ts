import type { EpochLogs, Plugin, Run, RunRecord, RunStatus } from '@espalier/core';
import { checkOptions, EspalierError, isEspalierError } from '@espalier/core';
import type { HookMessage, TellingHook } from './messages.js';
import { fromWire } from './wire-error.js';

const IN_STEP = [
  'transformBatch',
  'penalty',
  'transformGradients',
  'transformParameters',
  'stepState',
] as const;

const RANK = { pre: 0, list: 1, post: 2 } as const;

/** Observing plugins on the main thread, driven by what a worker tells of its run. */
export class MirroredRun {
  readonly #plugins: readonly Plugin[];
  readonly #run: { -readonly [K in keyof Run]: Run[K] };
  #fitting = false;

  /** @throws EspalierError `invalid-option` for a plugin that works inside the step. */
  constructor(plugins: readonly Plugin[], stop: (reason: string) => void) {
    for (const plugin of plugins) {
      const hook = IN_STEP.find((name) => plugin[name] !== undefined);
      if (hook) {
        const wanted = `plugins with hooks between steps only; give this one, with its ${hook}, to the trainer in the worker`;
        checkOptions('workers').fail('plugins', wanted, plugin.name);
      }
    }
    this.#plugins = [...plugins].sort((a, b) => RANK[a.enforce ?? 'list'] - RANK[b.enforce ?? 'list']);
    this.#run = distantRun((reason) => {
      this.#run.stopReason ??= reason;
      stop(reason);
    });
  }

  /** Whether steps have to be told of. */
  get wantsSteps(): boolean {
    return this.#plugins.some(({ onStepEnd }) => onStepEnd);
  }

  /** Brings the run up to date and calls the plugins' hook. */
  async take({ hook, position, added, start, logs = {}, error, ...now }: HookMessage): Promise<void> {
    const run = this.#run;
    this.#fitting = hook !== 'onFitEnd';
    Object.assign(run, position);
    run.stopReason = now.stopReason;
    if (start) {
      Object.assign(run, { seed: start.seed, metricNames: start.metricNames });
      run.record = { ...EMPTY, seed: start.seed, executor: start.executor };
      this.#checkMonitors();
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
    await this.#callAll(hook, logs, error && fromWire(error, 'the run'));
  }

  /** Ends the run for the plugins where the worker can no longer tell. */
  async fail(error: unknown): Promise<void> {
    if (!this.#fitting) return;
    this.#fitting = false;
    this.#run.record = { ...this.#run.record, status: 'failed' };
    await this.#callAll('onError', {}, error);
    await this.#callAll('onFitEnd', {}, error);
  }

  async #callAll(hook: TellingHook, logs: EpochLogs, error: unknown): Promise<void> {
    for (const plugin of this.#plugins) {
      try {
        await call(plugin, hook, this.#run, logs, error);
      } catch (cause) {
        if (isEspalierError(cause)) throw cause;
        const text = cause instanceof Error ? cause.message : String(cause);
        const message = `${hook} threw on the main thread: ${text}`;
        throw new EspalierError({ code: 'hook-failed', scope: plugin.name, message, cause });
      }
    }
  }

  #checkMonitors(): void {
    const { metricNames } = this.#run;
    for (const { name, monitors = [] } of this.#plugins) {
      const unknown = (monitors as readonly string[]).find((monitor) => !metricNames.includes(monitor));
      if (unknown === undefined) continue;
      throw new EspalierError({
        code: 'unknown-metric',
        scope: name,
        message: `monitor "${unknown}" is not produced by this run; it has: ${metricNames.join(', ')}.`,
      });
    }
  }
}

function call(
  plugin: Plugin,
  hook: TellingHook,
  run: Run,
  logs: EpochLogs,
  error: unknown,
): void | Promise<void> {
  switch (hook) {
    case 'onFitStart':
    case 'onEpochStart':
      return plugin[hook]?.(run);
    case 'onStepEnd':
      return plugin.onStepEnd?.(run, {
        read: async () => logs,
        running: async () => logs,
        tap: async () => undefined,
      });
    case 'onValidationEnd':
    case 'onEpochEnd':
      return plugin[hook]?.(run, logs);
    case 'onError':
      return plugin.onError?.(run, error);
    case 'onFitEnd':
      return plugin.onFitEnd?.(run, run.record.status as RunStatus);
  }
}

const EMPTY: RunRecord = {
  seed: 0,
  executor: 'worker',
  epochs: [],
  events: [],
  seconds: [],
  status: 'running',
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
    stop,
    scaleLearningRate: () => outOfReach('scaleLearningRate'),
    log: () => outOfReach('log'),
    note: () => outOfReach('note'),
    getWeights: async () => outOfReach('getWeights'),
    setWeights: async () => outOfReach('setWeights'),
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
