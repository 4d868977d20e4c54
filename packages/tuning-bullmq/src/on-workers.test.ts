import { stream } from '@espalier/core';
import { createStudy, float, space } from '@espalier/tuning';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PREFIX } from './keys.js';
import { onWorkers } from './on-workers.js';
import { hasRedis, OwnRedis } from '../testing/own-redis.js';
import { redisStorage } from './redis-storage.js';
import { outcome, pruner, search, searchObjective, searchOptions } from '../testing/search.js';
import { serveTrials } from './serve-trials.js';

const quiet = { stopOnInterrupt: false };

describe.runIf(hasRedis)('trials on workers', () => {
  let redis: OwnRedis;
  let client: Redis;
  beforeAll(async () => {
    redis = await OwnRedis.start();
    client = new Redis(redis.connection);
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });
  beforeEach(() => client.flushall());
  const place = () => ({ study: 'search', connection: redis.connection });
  const serve = (speed: number, objective = searchObjective(stream(speed, 'delays'))) =>
    serveTrials({ ...place(), space: search, pruner, heartbeatSeconds: 1 }, objective);
  const options = { trials: 20, parallel: 3, ...quiet };

  async function searchInOneProcess(trials = 20) {
    const study = await createStudy(searchOptions());
    await study.optimize(searchObjective(), { ...options, trials });
    return study;
  }

  test('are those of the same search in one process, whichever worker is faster', async () => {
    const whole = await searchInOneProcess();
    expect(new Set(whole.trials.map(({ state }) => state)).size).toBe(3);
    const workers = await Promise.all([serve(1), serve(2), serve(3)]);
    const storage = redisStorage(place());
    const study = await createStudy(searchOptions({ storage }));
    await study.optimize(onWorkers(storage, { pollInterval: 5 }), options);
    await study.close();
    await Promise.all(workers.map((worker) => worker.close()));
    expect(outcome(study)).toEqual(outcome(whole));
    expect(study.trials[3]!.error!.message).toBe('trial 3 is one of those that fail');
    // Nothing is left of trials that have ended.
    const left = (await client.keys('*')).filter((key) => /trial-\d|entries/.test(key));
    expect(left).toEqual([]);
  });

  test('go back to the queue when a worker is closed, and on from their checkpoints', async () => {
    const steps: string[] = [];
    const slow = (name: string, milliseconds: number) =>
      serve(1, async (trial) => {
        const at = (await trial.loadBytes('step'))?.[0] ?? 0;
        steps.push(`${name} begins trial ${trial.number} at ${at}`);
        return searchObjective(stream(1, 'delays'), milliseconds)(trial);
      });
    const first = await slow('first', 200);
    const storage = redisStorage(place());
    const study = await createStudy(searchOptions({ storage }));
    const done = study.optimize(onWorkers(storage, { pollInterval: 5 }), {
      ...options,
      trials: 2,
      parallel: 1,
    });
    while (study.trials[0]?.reports.length !== 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await first.close();
    const second = await slow('second', 1);
    await done;
    await second.close();
    await study.close();
    expect(outcome(study)).toEqual(outcome(await createAlone(2)));
    expect(steps[0]).toBe('first begins trial 0 at 0');
    expect(steps[1]).toMatch(/^second begins trial 0 at [2-4]$/);
    expect(steps.slice(2)).toEqual(['second begins trial 1 at 0']);
  });

  async function createAlone(trials: number) {
    const study = await createStudy(searchOptions());
    await study.optimize(searchObjective(), { trials, parallel: 1, ...quiet });
    return study;
  }

  test('are done while the study is closed, and taken when it is opened', async () => {
    const stop = new AbortController();
    const storage = redisStorage(place());
    const study = await createStudy(searchOptions({ storage }));
    const begun = study.optimize(onWorkers(storage, { pollInterval: 5 }), {
      ...options,
      signal: stop.signal,
    });
    while ((await client.llen(`${PREFIX}:search:wait`)) < 3)
      await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    await begun;
    await study.close();
    const worker = await serve(1);
    while ((await client.zcard(`${PREFIX}:search:completed`)) < 3)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await worker.close();
    const again = redisStorage(place());
    const resumed = await createStudy(searchOptions({ storage: again }));
    await resumed.optimize(onWorkers(again, { pollInterval: 5 }), { ...options, trials: 3 });
    await resumed.close();
    expect(outcome(resumed)).toEqual(outcome(await searchInOneProcess(3)));
  });

  test('a worker of another space ends with an error, and its trial goes to one that fits', async () => {
    const other = await serveTrials(
      { ...place(), space: space({ y: float(0, 1) }), heartbeatSeconds: 1 },
      () => 1,
    );
    const storage = redisStorage(place());
    const study = await createStudy(searchOptions({ storage }));
    const done = study.optimize(onWorkers(storage, { pollInterval: 5 }), { ...options, trials: 3 });
    await expect(other.ended).rejects.toThrow(/does not serve the study: its space is .*kind/);
    const worker = await serve(1);
    await done;
    await worker.close();
    await other.close();
    await study.close();
    expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'complete']);
  });
});

test('options are looked at', async () => {
  expect(() => onWorkers(redisStorage({ study: 'a' }), { pollInterval: 0 })).toThrow(/pollInterval/);
  await expect(serveTrials({ study: 'a', space: search, heartbeatSeconds: 0.1 }, () => 1)).rejects.toThrow(
    /heartbeatSeconds/,
  );
});
