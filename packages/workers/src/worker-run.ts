import type { EpochLogs, EpochRecord, Plugin, RunEvent } from '@espalier/core';
import { EspalierError, isEspalierError, option, readOptions } from '@espalier/core';
import type { Job, JobFunction } from './job.js';
import type { RunMessage, RunPosition } from './messages.js';
import { MirroredRun } from './mirrored-run.js';
import { fromWire } from './wire-error.js';

/** What a job sends to `onReport`. */
export type ReportOf<F extends JobFunction> = Parameters<F>[1] extends Job<infer Report> ? Report : unknown;

/** Who listens to a run. Callbacks are called in order and may be async: each is awaited before the next. */
export interface RunListeners<Report = unknown> {
  /** After each epoch, with its line of the record. */
  readonly onEpoch?: (record: EpochRecord, at: RunPosition) => unknown;
  /** After steps, at most every `stepInterval`, with `loss` and metrics over the epoch so far. */
  readonly onStep?: (logs: EpochLogs, at: RunPosition) => unknown;
  /** Milliseconds between two steps told of, >= 0, default 100. 0 tells of every step. */
  readonly stepInterval?: number;
  /** Each remark that joins the run's record, those of a checkpoint it goes on from included. */
  readonly onEvent?: (event: RunEvent) => unknown;
  /** What the job gives to `job.report`. */
  readonly onReport?: (value: Report) => unknown;
  /** Observing plugins for this thread: progress bars, logs. They see the steps that are told of. */
  readonly plugins?: readonly Plugin[];
  /** Stops the run when it fires, as `stop` does. */
  readonly signal?: AbortSignal;
}

/** A run in a worker, seen from the main thread. */
export interface WorkerRun<Result> {
  /**
   * What the job returns.
   *
   * Rejects with an EspalierError: what the job threw; `execution-failed` or `out-of-memory` where its worker ended;
   * `aborted` where the run was taken from the queue, or terminated.
   */
  readonly result: Promise<Result>;
  /**
   * Asks to stop after the current step. The job goes on from there and its result still arrives. A run that waits for a
   * worker is taken from the queue, and `result` rejects.
   */
  stop(reason?: string): void;
  /** Ends the worker of this run at once, whatever it does, and `result` rejects. The pool starts another. */
  terminate(reason?: string): void;
}

/** Listeners that were looked at, with the interval that holds. */
export type Listeners = RunListeners & { readonly stepInterval: number };

/** @throws EspalierError `invalid-option` for anything but listeners, by name. */
export function checkedListeners(listeners: RunListeners | undefined): Listeners {
  const { values } = readOptions('workers', listeners, {
    onEpoch: listener<NonNullable<RunListeners['onEpoch']>>(),
    onStep: listener<NonNullable<RunListeners['onStep']>>(),
    stepInterval: option.number({ min: 0, default: 100 }),
    onEvent: listener<NonNullable<RunListeners['onEvent']>>(),
    onReport: listener<NonNullable<RunListeners['onReport']>>(),
    plugins: option.custom<readonly Plugin[]>({
      default: [],
      expected: 'a list of plugins',
      accepts: (value) => Array.isArray(value),
    }),
    signal: option.custom<AbortSignal, { readonly optional: true }>({
      optional: true,
      expected: 'an AbortSignal',
      accepts: (value) => typeof (value as Partial<AbortSignal> | null)?.addEventListener === 'function',
    }),
  });
  return values as Listeners;
}

function listener<F extends (...told: never[]) => unknown>() {
  return option.custom<F, { readonly optional: true }>({
    optional: true,
    expected: 'a function',
    accepts: (value) => typeof value === 'function',
  });
}

/** The main thread's end of a run: calls its listeners in order and settles its result. */
export class RunEnd {
  readonly result: Promise<unknown>;
  /** Resolves once `result` is settled, however. */
  readonly settled: Promise<void>;
  readonly stepInterval: number | undefined;
  readonly #listeners: Listeners;
  readonly #mirror: MirroredRun;
  readonly #stop: (reason: string) => void;
  #resolve!: (value: unknown) => void;
  #reject!: (error: unknown) => void;
  #settled!: () => void;
  #tail: Promise<void> = Promise.resolve();
  #thrown: { readonly error: unknown } | undefined;

  /** @throws EspalierError `invalid-option` for a plugin that cannot follow a run from here. */
  constructor(listeners: Listeners, stop: (reason: string) => void) {
    const { plugins = [], stepInterval, onStep } = listeners;
    this.#listeners = listeners;
    this.#stop = stop;
    this.#mirror = new MirroredRun(plugins, stop);
    this.stepInterval = onStep || this.#mirror.wantsSteps ? stepInterval : undefined;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.settled = new Promise((resolve) => (this.#settled = resolve));
  }

  /** What the worker said about this run. */
  take(message: RunMessage, job: string): void {
    if (message.type === 'result')
      this.#settle(() => (this.#thrown ? this.#reject(this.#thrown.error) : this.#resolve(message.value)));
    else if (message.type === 'failed') this.fail(fromWire(message.error, `the job '${job}'`));
    else this.#then(() => this.#tell(message));
  }

  /** Rejects, after all that was said before. A listener's error comes first: it was there first. */
  fail(error: unknown): void {
    this.#then(() => this.#mirror.fail(error));
    this.#settle(() => this.#reject(this.#thrown ? this.#thrown.error : error));
  }

  async #tell(message: Extract<RunMessage, { type: 'hook' | 'report' }>): Promise<void> {
    const { onReport, onEvent, onStep, onEpoch } = this.#listeners;
    if (message.type === 'report') {
      await onReport?.(message.value);
      return;
    }
    const { hook, position, added, logs = {} } = message;
    await this.#mirror.take(message);
    for (const event of added.events) await onEvent?.(event);
    if (hook === 'onStepEnd') await onStep?.(logs, position);
    if (hook === 'onEpochEnd') await onEpoch?.({ epoch: position.epoch, ...logs }, position);
  }

  /** One after the other. The first error stops the run, and its result rejects with it. */
  #then(work: () => void | Promise<void>): void {
    this.#tail = this.#tail.then(work).catch((error: unknown) => {
      if (this.#thrown) return;
      this.#thrown = { error: isEspalierError(error) ? error : listenerFailed(error) };
      this.#stop('a listener on the main thread threw');
    });
  }

  #settle(settle: () => void): void {
    void this.#tail.then(settle).then(this.#settled);
  }
}

function listenerFailed(cause: unknown): EspalierError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const message = `a listener of the run threw, so the run was stopped: ${text}`;
  return new EspalierError({ code: 'hook-failed', scope: 'workers', message, cause });
}
