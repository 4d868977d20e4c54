import { option, readOptions } from '@espalier/core';
import type { Objective, Pruner, Space } from '@espalier/tuning';
import { failureOf } from '@espalier/tuning/internal';
import { type Job, WaitingError, Worker } from 'bullmq';
import { connect, disconnect, type RedisAddress } from './connection.js';
import { PREFIX, studyKeys } from './keys.js';
import { encode, type TrialJob, type TrialResult } from './messages.js';
import { addressRule, secondsRule } from './redis-storage.js';
import { remoteTrial } from './remote-trial.js';
import { StudyCopy } from './study-copy.js';

const SCOPE = 'serve-trials';

/** Options of {@link serveTrials}. */
export interface ServeTrialsOptions<P> {
  /** Name of the study, as its storage has it. */
  readonly study: string;
  /** That of the study. */
  readonly space: Space<P>;
  /** That of the study; absent where it has none. */
  readonly pruner?: Pruner;
  /** Default: Redis of this machine, `redis://127.0.0.1:6379`. */
  readonly connection?: RedisAddress;
  /** How long it waits for a Redis that does not answer when it starts, seconds >= 0. Default 10. */
  readonly connectSeconds?: number;
  /** Trials at once, >= 1. Default 1; more is faster only where the objective hands them to threads. */
  readonly parallel?: number;
  /** A worker that is not heard of for so many seconds is taken for dead, and its trial goes to another. Default 30. */
  readonly heartbeatSeconds?: number;
}

/** A process that runs trials. */
export interface TrialWorker {
  /** Fulfilled when it is closed; rejected where it cannot go on, e.g. since it is not of the study. */
  readonly ended: Promise<void>;
  /** Takes no more trials and ends: those that run are put back, and go on elsewhere from their checkpoints. */
  close(): Promise<void>;
}

/**
 * Runs trials of a study that another process holds, on this machine or elsewhere, until it is closed. It may start before the
 * study, and waits for Redis when that is away.
 *
 * A worker tells every few seconds that it lives, by timers: an objective that lets none run, for longer than `heartbeatSeconds`,
 * loses its trial to another worker. A trainer lets them; other long work belongs on a thread.
 *
 * @param objective As for `study.optimize`. One that throws makes a failed trial, and is not tried again.
 * @throws EspalierError `invalid-option`; `io` where Redis does not answer.
 * @example
 * ```ts
 * const worker = await serveTrials({ study: 'digits', space: space({ x: float(0, 1) }) }, ({ parameters }) => parameters.x ** 2);
 * process.once('SIGTERM', () => void worker.close());
 * await worker.ended;
 * ```
 */
export async function serveTrials<P>(
  options: ServeTrialsOptions<P>,
  objective: Objective<P>,
): Promise<TrialWorker> {
  const { values } = readOptions<ServeTrialsOptions<P>, ReturnType<typeof rules<P>>>(
    SCOPE,
    options,
    rules<P>(),
  );
  const { study: name, space, pruner, connection, connectSeconds, parallel, heartbeatSeconds } = values;
  const keys = studyKeys(SCOPE, name);
  const redis = await connect(SCOPE, connection, connectSeconds);
  const stopping = new AbortController();
  const ended = deferred();

  const run = async (job: Job<TrialJob>, token?: string): Promise<string> => {
    const putBack = async (): Promise<never> => {
      await job.moveToWait(token);
      throw new WaitingError();
    };
    if (stopping.signal.aborted) return putBack();
    let study;
    try {
      // A copy for each trial: two that run at once must not see each other's reports.
      study = await new StudyCopy(redis, keys, { space, pruner }).read();
    } catch (error) {
      ended.reject(error);
      void close();
      return putBack();
    }
    const { signal } = stopping;
    const trial = await remoteTrial<P>(job.data.trial, { redis, keys, study, pruner, signal });
    let result: TrialResult;
    try {
      const outcome = await objective(trial);
      result = { outcome, constraints: trial.constraints };
    } catch (error) {
      result = { error: failureOf(error).error!, constraints: trial.constraints };
    }
    // What an objective gives after it was told to stop is not the trial's value.
    if (stopping.signal.aborted) return putBack();
    return encode(result);
  };

  const lockDuration = 1000 * heartbeatSeconds;
  const worker = new Worker<TrialJob, string>(keys.queue, run, {
    connection: redis,
    prefix: PREFIX,
    concurrency: parallel,
    lockDuration,
    stalledInterval: lockDuration / 2,
    // A trial is tried until it ends: what fails for its own reasons ends, too.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
  });
  // While Redis is away, and when a trial was lost to another worker.
  worker.on('error', () => {});

  let closing: Promise<void> | undefined;
  const close = () =>
    (closing ??= (async () => {
      stopping.abort(new Error('the worker is closed'));
      await worker.close();
      await disconnect(redis);
      ended.resolve();
    })());
  return { ended: ended.promise, close };
}

const rules = <P>() => ({
  study: option.text(),
  space: option.custom<Space<P>>({
    expected: 'made by space()',
    accepts: (value) => Array.isArray((value as Partial<Space<P>> | undefined)?.dimensions),
  }),
  pruner: option.custom<Pruner, { readonly optional: true }>({
    optional: true,
    expected: 'a pruner',
    accepts: (value) => typeof (value as Partial<Pruner> | undefined)?.prune === 'function',
  }),
  connection: addressRule,
  connectSeconds: secondsRule,
  parallel: option.integer({ min: 1, default: 1 }),
  heartbeatSeconds: option.number({ min: 1, default: 30 }),
});

function deferred() {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever does not await it still hears of what goes wrong through its trials.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
