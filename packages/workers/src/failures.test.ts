import type { Worker } from 'node:worker_threads';
import { EspalierError } from '@espalier/core';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { runs } from '../testing/jobs.worker.js';
import { startJobs, startWorker } from '../testing/start-worker.js';
import { workerPool, type WorkerPool } from './index.js';

type Runs = typeof runs;

const shared = workerPool<Runs>(() => startJobs());
let own: WorkerPool<Runs> | undefined;
const poolWith = (start: () => Worker, size = 1): WorkerPool<Runs> =>
  (own = workerPool<Runs>(start, { size }));

afterEach(async () => {
  vi.restoreAllMocks();
  await own?.close({ terminate: true });
});
afterAll(() => shared.close());

/** What a promise rejects with. */
async function rejection(result: Promise<unknown>): Promise<EspalierError & { cause?: any }> {
  const error = await result.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EspalierError);
  return error as EspalierError;
}

describe('what a job throws arrives', () => {
  test('an EspalierError with code, scope, message, and its stack in the cause', async () => {
    const error = await rejection(shared.run('throwEspalier', undefined).result);
    expect(error).toMatchObject({ code: 'checkpoint', scope: 'shelf', message: '[shelf] it is empty.' });
    expect(error.cause).toMatchObject({
      name: 'EspalierError',
      message: '[shelf] it is empty.',
      code: 'checkpoint',
    });
    expect(error.cause.stack).toContain('jobs.worker.ts');
    expect(error.cause.cause).toMatchObject({ name: 'TypeError', message: 'underneath' });
  });

  test('any other error by name and message', async () => {
    const error = await rejection(shared.run('throwError', undefined).result);
    expect(error).toMatchObject({ code: 'execution-failed', scope: 'workers' });
    expect(error.message).toContain("the job 'throwError' threw TypeError: not a function");
    expect(error.cause.stack).toContain('jobs.worker.ts');
    expect((await rejection(shared.run('throwText', undefined).result)).message).toContain('just text');
  });

  test('an error of a plugin in the run, and the worker goes on', async () => {
    const statuses: unknown[] = [];
    const error = await rejection(
      shared.run(
        'train',
        { epochs: 4, failAt: 1 },
        { plugins: [{ name: 'status', onFitEnd: (_, status) => void statuses.push(status) }] },
      ).result,
    );
    expect(error).toMatchObject({ code: 'hook-failed', scope: 'script' });
    expect(statuses).toEqual(['failed']);
    expect(await shared.run('echo', 1).result).toBe(1);
  });

  test.each([
    ['a function', 'returnFunction', 'the result cannot be sent'],
    ['a tensor', 'returnTensor', 'the result holds a tensor at deep.0'],
  ] as const)('a result with %s is refused', async (_, job, message) => {
    const error = await rejection(shared.run(job, undefined).result);
    expect(error.code).toBe('invalid-data');
    expect(error.message).toContain(message);
  });

  test('a report that cannot be copied', async () => {
    expect(await rejection(shared.run('reportFunction', null).result)).toMatchObject({
      code: 'invalid-data',
    });
  });

  test('a job that is not there, with those that are', async () => {
    const error = await rejection(
      (shared as unknown as WorkerPool<Record<string, () => 0>>).run('trian', undefined).result,
    );
    expect(error.code).toBe('invalid-option');
    expect(error.message).toContain("no job 'trian'; it has: train, trainLate");
    for (const inherited of ['toString', '__proto__'])
      expect((await rejection(shared.run(inherited as 'count', undefined).result)).code).toBe(
        'invalid-option',
      );
  });
});

describe('a worker that ends in the middle of a run rejects that run alone, and another is started', () => {
  const crashes: [string, (pool: WorkerPool<Runs>) => Promise<unknown>, string, string][] = [
    ['process.exit', (pool) => pool.run('exit', 3).result, 'execution-failed', 'exit code 3'],
    [
      'process.exit in training',
      (pool) => pool.run('train', { epochs: 4, exitAt: 1 }).result,
      'execution-failed',
      'exit code 7',
    ],
    [
      'an uncaught error',
      (pool) => pool.run('uncaught', undefined).result,
      'execution-failed',
      'RangeError: nobody catches this',
    ],
    ['memory', (pool) => pool.run('exhaust', undefined).result, 'out-of-memory', 'ran out of memory'],
  ];
  test.each(crashes)('%s', async (_, crash, code, message) => {
    const pool = poolWith(() => startJobs({ resourceLimits: { maxOldGenerationSizeMb: 128 } }));
    const [ended, waiting] = [crash(pool), pool.run('count', undefined)];
    const error = await rejection(ended);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(await waiting.result).toBe(1);
  });

  test('a worker that was terminated by somebody else, beside one that was not', async () => {
    const workers: Worker[] = [];
    const pool = poolWith(() => {
      workers.push(startJobs());
      return workers.at(-1)!;
    }, 2);
    const [ended, other] = [pool.run('wait', null), pool.run('wait', null)];
    await new Promise((resolve) => workers[0]!.once('online', resolve));
    void workers[0]!.terminate();
    expect((await rejection(ended.result)).code).toBe('execution-failed');
    other.stop('well');
    expect(await other.result).toBe('ended: well');
    const here = new Int32Array(new SharedArrayBuffer(4));
    // Each ends only when both have begun.
    const both = [0, 1].map(() => pool.run('meet', { here, others: 2 }).result);
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(workers.length).toBe(3);
  });

  test('one that ends between two runs is replaced, and said', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const workers: Worker[] = [];
    const pool = poolWith(() => {
      workers.push(startJobs());
      return workers.at(-1)!;
    });
    await pool.run('count', undefined).result;
    await workers[0]!.terminate();
    expect(warn.mock.calls.join()).toContain('An idle worker ended');
    expect(await pool.run('count', undefined).result).toBe(1);
  });
});

describe('a worker that does not start rejects the run that it was for', () => {
  test.each([
    ['a module that is not there', () => startWorker(new URL('./nowhere.ts', import.meta.url)), 'nowhere'],
    [
      'a module that does not serve',
      () => startWorker(new URL('../testing/not-serving.worker.ts', import.meta.url)),
      'no serveRuns',
    ],
    [
      'a function that throws',
      () => {
        throw new Error('no threads today');
      },
      'no threads today',
    ],
    ['something else than a worker', () => ({}) as Worker, 'must be a Worker'],
  ])('%s', async (_, start, message) => {
    const pool = poolWith(start);
    for (const run of [pool.run('count', undefined), pool.run('count', undefined)]) {
      const error = await rejection(run.result);
      expect(error.message).toContain(message);
      expect(['execution-failed', 'invalid-option']).toContain(error.code);
    }
  });
});

test('a worker that lives on and never serves rejects its run, and is ended', async () => {
  vi.useFakeTimers();
  try {
    let ended = 0;
    const deaf = { postMessage() {}, addEventListener() {}, terminate: () => ended++ };
    const pool = workerPool(() => deaf, { startSeconds: 5 });
    const failed = rejection(pool.run('count', undefined).result);
    await vi.advanceTimersByTimeAsync(4999);
    expect(ended).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect((await failed).message).toContain(
      'has not begun to serve after 5 s: its module must call serveRuns',
    );
    expect(ended).toBe(1);
    await pool.close();
  } finally {
    vi.useRealTimers();
  }
});

describe('a listener that throws stops the run, whose result rejects with it', () => {
  test.each([
    ['onEpoch', { onEpoch: () => Promise.reject(new Error('full disk')) }],
    ['onStep', { stepInterval: 0, onStep: () => Promise.reject(new Error('full disk')) }],
    ['a plugin', { plugins: [{ name: 'disk', onEpochEnd: () => Promise.reject(new Error('full disk')) }] }],
  ])('%s', async (_, listeners) => {
    const error = await rejection(shared.run('train', { epochs: 1e6 }, listeners).result);
    expect(error.code).toBe('hook-failed');
    expect(error.message).toContain('full disk');
    expect(error.cause).toMatchObject({ message: 'full disk' });
    expect(await shared.run('echo', 1).result).toBe(1);
  });
});
