import { checkOptions, EspalierError, isEspalierError } from '@espalier/core';
import { type Jobs, runningJob, type RunningJob } from './job.js';
import { envelope, type FromWorker, opened, type RunMessage, type ToWorker } from './messages.js';
import { type ParentPort, parentPort } from './parent-port.js';
import { buffersIn, notSendable } from './sendable.js';
import { toWire } from './wire-error.js';

/**
 * Makes this worker do the named jobs that a {@link workerPool} asks for, one at a time.
 *
 * Called once, at the top of the module that the worker starts with. On the main thread it does nothing.
 *
 * @param jobs A function for each name. It gets the options that were given to `pool.run` and a {@link Job}; what it returns is
 *   copied to the main thread: plain values and typed arrays. What it throws rejects the run there.
 * @returns `jobs`, whose type is what `workerPool<typeof jobs>` wants.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * export const runs = serveRuns({
 *   baseline: async (options: { epochs: number }, job) => {
 *     const trainer = new Trainer({ model, loss, optimizer, plugins: [job.plugin()] });
 *     return { record: await trainer.fit(train, options), weights: await trainer.getWeights() };
 *   },
 * });
 * ```
 */
export function serveRuns<const J extends Jobs>(jobs: J): J {
  const check = checkOptions('workers');
  if (typeof jobs !== 'object' || jobs === null || Object.keys(jobs).length === 0)
    check.fail('jobs', 'functions by name', jobs);
  for (const [name, job] of Object.entries(jobs))
    if (typeof job !== 'function') check.fail(`jobs.${name}`, 'a function', job);
  void parentPort().then((port) => port && serve(port, jobs));
  return jobs;
}

function serve(port: ParentPort, jobs: Jobs): void {
  const post = (message: FromWorker, transfer?: readonly ArrayBuffer[]): void =>
    port.post(envelope(message), transfer);
  let current: { readonly id: number; readonly running: RunningJob } | undefined;

  port.beforeClose(() => post({ type: 'closing' }));
  port.listen((data) => {
    const message = opened<ToWorker>(data);
    if (message?.type === 'stop' && message.id === current?.id) current.running.stop(message.reason);
    if (message?.type !== 'run') return;
    const { id, stepInterval } = message;
    const tell = (about: RunMessage, transfer?: readonly ArrayBuffer[]): void =>
      post({ type: 'about', id, message: about }, transfer);
    const running = runningJob(tell, stepInterval);
    current = { id, running };
    void doJob(jobs, message, running).then(
      (value) => {
        try {
          const moved = buffersIn(value, 'the result').filter((buffer) => running.transferred.has(buffer));
          tell({ type: 'result', value }, moved);
        } catch (error) {
          const known = isEspalierError(error) ? error : notSendable('the result', error);
          tell({ type: 'failed', error: toWire(known) });
        }
      },
      (error: unknown) => tell({ type: 'failed', error: toWire(error) }),
    );
  });
  post({ type: 'ready' });
}

async function doJob(
  jobs: Jobs,
  { job: name, options }: Extract<ToWorker, { type: 'run' }>,
  { job }: RunningJob,
): Promise<unknown> {
  const work = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
  if (work) return work(options, job);
  throw new EspalierError({
    code: 'invalid-option',
    scope: 'workers',
    message: `the worker has no job '${name}'; it has: ${Object.keys(jobs).join(', ')}.`,
  });
}
