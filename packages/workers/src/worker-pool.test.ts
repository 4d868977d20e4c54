import { setImmediate as turn } from 'node:timers/promises';
import { isEspalierError } from '@espalier/core';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { runs } from '../testing/jobs.worker.js';
import { startJobs } from '../testing/start-worker.js';
import { type WorkerPool, workerPool } from './index.js';

type Runs = typeof runs;

/** A number that two threads see. */
const flag = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(4));

const raise = (one: Int32Array<SharedArrayBuffer>): void => {
  Atomics.store(one, 0, 1);
  Atomics.notify(one, 0);
};

let started = 0;
let pool: WorkerPool<Runs>;
const poolOf = (size: number): WorkerPool<Runs> =>
  workerPool<Runs>(
    () => {
      started++;
      return startJobs();
    },
    { size },
  );

const shared = poolOf(1);
beforeEach(() => {
  started = 0;
  pool = poolOf(1);
});
afterEach(() => pool.close({ terminate: true }));
afterAll(() => shared.close());

test('a job gets its options and gives its result, plain values and arrays alike', async () => {
  const value = {
    text: 'a',
    list: [1, NaN, -0],
    array: Float32Array.of(1, 2),
    map: new Map([[1, new Date(0)]]),
  };
  expect(await shared.run('echo', value).result).toEqual(value);
  expect(await shared.run('echo', undefined).result).toBe(undefined);
});

test('starts no worker before the first run and keeps one for the next', async () => {
  expect(started).toBe(0);
  expect(await pool.run('count', undefined).result).toBe(1);
  expect(await pool.run('count', undefined).result).toBe(2);
  expect(started).toBe(1);
});

test('runs wait while all workers are busy, and begin in order', async () => {
  const gate = flag();
  const ends: number[] = [];
  const blocked = pool.run('block', { flag: gate });
  const counted = [0, 1, 2].map(() => pool.run('count', undefined));
  counted.forEach((run, i) => void run.result.then(() => ends.push(i)));
  raise(gate);
  await blocked.result;
  expect(await Promise.all(counted.map((run) => run.result))).toEqual([1, 2, 3]);
  expect(ends).toEqual([0, 1, 2]);
  expect(started).toBe(1);
});

test('as many runs at once as there are workers', async () => {
  const two = poolOf(2);
  const here = flag();
  // Each ends only when both have begun.
  const both = [0, 1].map(() => two.run('meet', { here, others: 2 }).result);
  expect(await Promise.all(both)).toEqual([true, true]);
  await two.close();
});

test('options are those of the moment of the call', async () => {
  const gate = flag();
  void shared.run('block', { flag: gate }).result;
  const options = { at: 'the call', array: Float32Array.of(1) };
  const run = shared.run('echo', options);
  options.at = 'later';
  options.array[0] = 2;
  raise(gate);
  expect(await run.result).toEqual({ at: 'the call', array: Float32Array.of(1) });
  expect(options.array.length).toBe(1);
});

test('reports arrive in order, each listener awaited before the next', async () => {
  const got: string[] = [];
  const run = shared.run('report', [1, 2, 3], {
    async onReport({ value }) {
      got.push(`begin ${value}`);
      await turn();
      got.push(`end ${value}`);
    },
  });
  expect(await run.result).toBe(3);
  expect(got).toEqual([1, 2, 3].flatMap((value) => [`begin ${value}`, `end ${value}`]));
});

test('what is marked is moved, all else is copied', async () => {
  const { moved, copied } = await pool.run('moveOne', null).result;
  expect([...moved, ...copied]).toEqual(Array(8).fill(1));
  expect(await pool.run('lengths', undefined).result).toEqual({ moved: 0, copied: 4 });
});

describe('the main thread stays responsive', () => {
  test('it turns while every step of a run blocks its thread', async () => {
    const gate = flag();
    const epochs: number[] = [];
    const run = shared.run(
      'train',
      { epochs: 1, blockSteps: gate },
      { onEpoch: ({ epoch }) => void epochs.push(epoch) },
    );
    // On this thread the first step would never end.
    for (let turns = 0; turns < 1000; turns++) await turn();
    expect(epochs).toEqual([]);
    raise(gate);
    expect((await run.result).record.status).toBe('completed');
    expect(epochs).toEqual([0]);
  });
});

describe('a stop', () => {
  test('ends the run after the current step, and the result arrives', async () => {
    const run = shared.run(
      'train',
      { epochs: 1e6 },
      {
        onEpoch({ epoch }) {
          if (epoch === 2) run.stop('enough');
        },
      },
    );
    const { record } = await run.result;
    expect([record.status, record.stopReason]).toEqual(['stopped', 'enough']);
    expect(record.epochs.length).toBeGreaterThanOrEqual(3);
  });

  test('that comes while the worker starts is not lost', async () => {
    const run = pool.run('wait', null);
    run.stop('early');
    run.stop('later');
    expect(await run.result).toBe('ended: early');
  });

  test('that comes before the plugin reaches it all the same', async () => {
    const run = pool.run(
      'trainLate',
      { epochs: 1e6 },
      {
        onReport() {
          run.stop('early');
        },
      },
    );
    expect((await run.result).record).toMatchObject({ status: 'stopped', stopReason: 'early', epochs: [] });
  });

  test('by signal', async () => {
    const controller = new AbortController();
    const run = shared.run('wait', null, { signal: controller.signal });
    controller.abort('gone away');
    expect(await run.result).toBe('ended: aborted: gone away');
  });

  test('of a run that waits takes it from the queue', async () => {
    const controller = new AbortController();
    const [first, byCall, bySignal] = [
      pool.run('wait', null),
      pool.run('count', undefined),
      pool.run('count', undefined, { signal: controller.signal }),
    ];
    const counted = pool.run('count', undefined);
    byCall.stop('no need');
    controller.abort();
    await expect(byCall.result).rejects.toMatchObject({ code: 'aborted', scope: 'workers' });
    await expect(byCall.result).rejects.toThrow('no need');
    await expect(bySignal.result).rejects.toMatchObject({ code: 'aborted' });
    first.stop();
    await first.result;
    expect(await counted.result).toBe(1);
  });

  test('by a signal that has fired starts nothing', async () => {
    const run = pool.run('count', undefined, { signal: AbortSignal.abort('too late') });
    await expect(run.result).rejects.toMatchObject({ code: 'aborted' });
    expect(started).toBe(0);
  });

  test('after the end changes nothing', async () => {
    const run = pool.run('count', undefined);
    await run.result;
    run.stop();
    run.terminate();
    expect(await pool.run('count', undefined).result).toBe(2);
  });

  test('comes with the first Ctrl-C, for as long as there are runs', async () => {
    const before = process.listeners('SIGINT');
    const ours = (): NodeJS.SignalsListener[] =>
      process
        .listeners('SIGINT')
        .filter((listener) => !before.includes(listener)) as NodeJS.SignalsListener[];
    const [run, queued] = [pool.run('wait', null), pool.run('count', undefined)];
    expect(ours().length).toBe(1);
    ours()[0]!('SIGINT');
    await expect(queued.result).rejects.toMatchObject({ code: 'aborted' });
    expect(await run.result).toBe('ended: interrupted');
    expect(ours()).toEqual([]);
  });
});

describe('terminate', () => {
  test('ends a run that hears nothing, and only that one', async () => {
    const two = poolOf(2);
    const deaf = two.run('block', { flag: flag() });
    const other = two.run('wait', null);
    deaf.terminate('it hangs');
    await expect(deaf.result).rejects.toMatchObject({ code: 'aborted' });
    await expect(deaf.result).rejects.toThrow('it hangs');
    other.stop('well');
    expect(await other.result).toBe('ended: well');
    expect(await two.run('count', undefined).result).toBe(1);
    await two.close();
  });
});

describe('close', () => {
  test('waits for all runs, also those in the queue, and takes no more', async () => {
    const runs = [pool.run('count', undefined), pool.run('count', undefined)];
    const closed = pool.close();
    expect(() => pool.run('count', undefined)).toThrow('close()');
    await closed;
    expect(await Promise.all(runs.map((run) => run.result))).toEqual([1, 2]);
  });

  test('with terminate ends all runs at once', async () => {
    const runs = [pool.run('block', { flag: flag() }), pool.run('count', undefined)];
    const results = Promise.allSettled(runs.map((run) => run.result));
    await pool.close({ terminate: true });
    for (const result of await results)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'aborted' } });
  });

  test('of a pool that never ran, and a second time', async () => {
    await pool.close();
    await pool.close();
    expect(started).toBe(0);
  });
});

test('bad options are refused with the standard error', () => {
  const refused = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      expect(isEspalierError(error), String(error)).toBe(true);
      return (error as { code: string }).code;
    }
    throw new Error('not refused');
  };
  expect(refused(() => workerPool('x.js' as never))).toBe('invalid-option');
  expect(refused(() => workerPool(() => startJobs(), { size: 0 }))).toBe('invalid-option');
  expect(refused(() => workerPool(() => startJobs(), { size: 1.5 }))).toBe('invalid-option');
  expect(refused(() => workerPool(() => startJobs(), { stopOnInterrupt: 1 as never }))).toBe(
    'invalid-option',
  );
  expect(refused(() => pool.run('' as 'echo', 1))).toBe('invalid-option');
  expect(refused(() => pool.run('echo', 1, { stepInterval: -1 }))).toBe('invalid-option');
  expect(refused(() => pool.run('echo', () => 1))).toBe('invalid-data');
  expect(started).toBe(0);
});
