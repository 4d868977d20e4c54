import { EspalierError, option, readOptions } from '@espalier/core';
import type { Objective, Trial } from '@espalier/tuning';
import type { Job } from 'bullmq';
import { jobOf } from './keys.js';
import { decode, type TrialJob, type TrialMessage, type TrialResult } from './messages.js';
import type { RedisStorage, TrialQueue } from './redis-storage.js';

/** Options of {@link onWorkers}. */
export interface OnWorkersOptions {
  /** Milliseconds between two looks at how far a trial is, > 0. Default 200. */
  readonly pollInterval?: number;
}

/**
 * An objective that leaves each trial to a worker, see {@link serveTrials}: puts a job into the queue, records what the worker tells
 * of, and gives its value. `parallel` of `optimize` says for how many workers there is work.
 *
 * When the process is killed, workers go on; started again, it takes what they did meanwhile. The search is that of the same seed
 * and `parallel` in one process.
 *
 * @param storage That of the study.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const storage = redisStorage({ study: 'digits' });
 * const study = await createStudy({ space: space({ x: float(0, 1) }), storage });
 * await study.optimize(onWorkers(storage), { trials: 100, parallel: 8 });
 * await study.close();
 * ```
 */
export function onWorkers<P = unknown>(storage: RedisStorage, options: OnWorkersOptions = {}): Objective<P> {
  const { pollInterval } = readOptions('on-workers', options, {
    pollInterval: option.number({ min: 0, exclusiveMin: true, default: 200 }),
  }).values;
  return async (trial) => {
    const trials = await storage.trials();
    const follow = follower(trials, trial);
    const id = jobOf(trial.number);
    for (;;) {
      trial.signal.throwIfAborted();
      const job = await trials.queue.getJob(id);
      if (!job) await trials.queue.add('trial', { trial: trial.number }, { jobId: id });
      const state = job && (await job.getState());
      // Read after the state: what was told before the end is there at the end.
      await follow();
      if (state === 'completed') return give(trial, (await trials.queue.getJob(id))!);
      if (state === 'failed') failed(id, (await trials.queue.getJob(id))!);
      await pause(pollInterval, trial.signal);
    }
  };
}

/** Records what was told since it was called last. */
function follower<P>({ redis, keys }: TrialQueue, trial: Trial<P>): () => Promise<void> {
  let at = 0;
  return async () => {
    for (const text of await redis.lrange(keys.log(trial.number), at, -1)) {
      const message = decode<TrialMessage>(text);
      if (message.type === 'note') await trial.note(message.name, message.value);
      else {
        const { value, step, fold } = message;
        await trial.report(value, {
          ...(step !== undefined && { step }),
          ...(fold !== undefined && { fold }),
        });
      }
      at++;
    }
  };
}

function give<P>(trial: Trial<P>, job: Job<TrialJob>) {
  const result = decode<TrialResult>(job.returnvalue as string);
  trial.constrain(result.constraints);
  if (!('error' in result)) return result.outcome;
  const { name, message, stack } = result.error;
  throw Object.assign(new Error(message), { name, stack: stack ?? `${name}: ${message}` });
}

function failed(id: string, job: Job<TrialJob>): never {
  throw new EspalierError({
    code: 'execution-failed',
    scope: 'on-workers',
    message: `${id} did not end in any worker: ${job.failedReason}.`,
  });
}

/** Waits; ends early when the signal fires. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
