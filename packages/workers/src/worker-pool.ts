import { checkOptions, EspalierError, option, readOptions } from '@espalier/core';
import type { WorkerLike } from './connection.js';
import { onInterrupt } from '@espalier/core/internal';
import type { JobFunction, Jobs } from './job.js';
import { PoolWorker } from './pool-worker.js';
import { buffersIn, notSendable } from './sendable.js';
import { checkedListeners, type ReportOf, RunEnd, type RunListeners, type WorkerRun } from './worker-run.js';

/** Options of {@link workerPool}. */
export interface WorkerPoolOptions {
  /** Workers at most, a whole number >= 1, default 1. Each has its own TensorFlow.js and its own copy of the data. */
  readonly size?: number;
  /** How long a worker may take to start, until its module has called `serveRuns`, before its run is rejected. Seconds > 0, default 60. */
  readonly startSeconds?: number;
  /** Whether the first Ctrl-C stops all runs after their current step (a second ends the process). Default true. */
  readonly stopOnInterrupt?: boolean;
}

/** Workers that do the jobs `J`. */
export interface WorkerPool<J extends Jobs> {
  /**
   * Starts a run, or queues it where all workers are busy.
   *
   * @param job Its name in `serveRuns`.
   * @param options What the job gets; copied now, so plain values and typed arrays.
   * @param listeners Who is told of the run, and a signal that stops it.
   * @throws EspalierError `invalid-option` for bad listeners or a closed pool, `invalid-data` for options that cannot be
   *   copied.
   */
  run<N extends keyof J & string>(
    job: N,
    options: Parameters<J[N]>[0],
    listeners?: RunListeners<ReportOf<J[N]>>,
  ): WorkerRun<Awaited<ReturnType<J[N]>>>;
  /**
   * Takes no more runs, and ends the workers: once all runs are done, or at once with `terminate`. Runs that did not end then
   * reject with `aborted`.
   */
  close(options?: { readonly terminate?: boolean }): Promise<void>;
}

interface Task {
  readonly id: number;
  readonly job: string;
  readonly options: unknown;
  readonly end: RunEnd;
  worker?: PoolWorker;
}

/**
 * A pool of workers for training runs, so that the main thread stays responsive.
 *
 * A worker starts with the first run that needs it and is kept for the next; one that ends in the middle of a run rejects
 * that run alone, and another is started for the next. Idle workers do not keep the process alive.
 *
 * @typeParam J Type of what {@link serveRuns} was given: `typeof runs`.
 * @param start Makes a worker, e.g. `() => new Worker(new URL('./train.worker.js', import.meta.url))`: the `Worker` of
 *   `node:worker_threads`, or a browser's with `{ type: 'module' }`.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const runs = serveRuns({ double: (options: { n: number }) => 2 * options.n });
 * const pool = workerPool<typeof runs>(() => new Worker(new URL('./train.worker.js', import.meta.url)), { size: 2 });
 * const run = pool.run('double', { n: 21 });
 * console.log(await run.result);
 * await pool.close();
 * ```
 */
export function workerPool<J extends Jobs = Record<string, JobFunction>>(
  start: () => WorkerLike,
  options: WorkerPoolOptions = {},
): WorkerPool<J> {
  const check = checkOptions('workers');
  if (typeof start !== 'function') check.fail('start', 'a function that makes a Worker', start);
  const { size, startSeconds, stopOnInterrupt } = readOptions('workers', options, {
    size: option.integer({ min: 1, default: 1 }),
    startSeconds: option.number({ min: 0, exclusiveMin: true, max: 2e6, default: 60 }),
    stopOnInterrupt: option.boolean({ default: true }),
  }).values;

  const workers = new Set<PoolWorker>();
  const waiting: Task[] = [];
  const running = new Set<Task>();
  /** What `close` waits for: results that are on their way to listeners, threads that are ending. */
  const pending = new Set<Promise<void>>();
  let nextId = 0;
  let closing: Promise<void> | undefined;
  let whenIdle: (() => void) | undefined;
  let releaseInterrupt: (() => void) | undefined;

  const track = (promise: Promise<void>): void => {
    pending.add(promise);
    void promise.then(() => pending.delete(promise));
  };
  const newWorker = (): PoolWorker => {
    const worker = new PoolWorker(start, startSeconds, () => workers.delete(worker));
    workers.add(worker);
    return worker;
  };
  const begin = (task: Task, worker: PoolWorker): void => {
    task.worker = worker;
    running.add(task);
    worker.begin({
      id: task.id,
      job: task.job,
      options: task.options,
      stepInterval: task.end.stepInterval,
      take: (message) => task.end.take(message, task.job),
      fail: (error) => task.end.fail(error),
      done() {
        running.delete(task);
        proceed();
      },
    });
  };
  /** After every change: starts what can start, and listens for Ctrl-C while there are runs. */
  const proceed = (): void => {
    while (waiting.length > 0) {
      const worker = [...workers].find(({ idle }) => idle) ?? (workers.size < size ? newWorker() : undefined);
      if (!worker) break;
      begin(waiting.shift()!, worker);
    }
    if (running.size > 0) {
      if (stopOnInterrupt) releaseInterrupt ??= onInterrupt(() => stopAll('interrupted'));
      return;
    }
    releaseInterrupt?.();
    releaseInterrupt = undefined;
    whenIdle?.();
  };
  const dequeue = (task: Task, message: string): void => {
    const at = waiting.indexOf(task);
    if (at < 0) return;
    waiting.splice(at, 1);
    task.end.fail(aborted(message));
  };
  const stop = (task: Task, reason: string): void => {
    if (running.has(task)) task.worker!.stop(task.id, reason);
    else dequeue(task, `the run was stopped before it began: ${reason}.`);
  };
  const stopAll = (reason: string): void => {
    for (const task of [...waiting, ...running]) stop(task, reason);
  };
  const terminate = (task: Task, message: string): void => {
    if (running.has(task)) track(task.worker!.terminate(aborted(message)));
    else dequeue(task, message);
  };

  return {
    run(job, options, listeners) {
      if (closing) check.fail('run()', 'called before close()', 'a closed pool');
      check.text('job', job);
      const checked = checkedListeners(listeners as RunListeners | undefined);
      const { signal } = checked;
      const end = new RunEnd(checked, (reason) => stop(task, reason));
      const task: Task = { id: nextId++, job, options: copied(options), end };
      const onAbort = (): void => stop(task, `aborted: ${String(signal?.reason)}`);
      waiting.push(task);
      if (signal?.aborted) onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      track(end.settled.then(() => signal?.removeEventListener('abort', onAbort)));
      proceed();
      return {
        result: end.result as Promise<never>,
        stop: (reason = 'stopped from the main thread') => stop(task, reason),
        terminate: (reason = 'asked for') => terminate(task, `the run was terminated: ${reason}.`),
      };
    },
    async close(how = {}) {
      const { terminate: atOnce } = readOptions('workers', how, {
        terminate: option.boolean({ default: false }),
      }).values;
      closing ??= new Promise<void>((resolve) => (whenIdle = resolve)).then(async () => {
        await Promise.all([...pending]);
        await Promise.all([...workers].map((worker) => worker.end()));
      });
      if (atOnce)
        for (const task of [...waiting, ...running])
          terminate(task, 'the run was terminated: the pool was closed.');
      proceed();
      return closing;
    },
  };
}

/** Taken now: the caller may change them while the run waits. */
function copied(options: unknown): unknown {
  buffersIn(options, 'the options');
  try {
    return structuredClone(options);
  } catch (error) {
    throw notSendable('the options', error);
  }
}

function aborted(message: string): EspalierError {
  return new EspalierError({ code: 'aborted', scope: 'workers', message });
}
