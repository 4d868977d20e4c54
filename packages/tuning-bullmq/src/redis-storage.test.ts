import { createStudy } from '@espalier/tuning';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appendEvent } from './append-event.js';
import { studyKeys } from './keys.js';
import { OwnRedis, hasRedis } from '../testing/own-redis.js';
import { redisStorage } from './redis-storage.js';
import { outcome, searchObjective, searchOptions } from '../testing/search.js';
import { StudyLock } from './study-lock.js';

const quiet = { stopOnInterrupt: false };

test.each([
  ['study', { study: '' }],
  ['study', { study: 'a:b' }],
  ['connection', { study: 'a', connection: 'localhost' }],
  ['lockSeconds', { study: 'a', lockSeconds: 0 }],
  ['nonsense', { study: 'a', nonsense: 1 }],
])('a bad %s is refused', (name, options) => {
  expect(() => redisStorage(options)).toThrow(new RegExp(name));
});

test('a Redis that is not there is an io error that says how to start it, without the password', async () => {
  const opening = redisStorage({
    study: 'a',
    connection: 'redis://me:secret@127.0.0.1:1',
    connectSeconds: 0,
  }).open();
  await expect(opening).rejects.toMatchObject({
    code: 'io',
    message: expect.stringMatching(
      /at redis:\/\/127\.0\.0\.1:1 .*redis-server --appendonly yes --appendfsync always/,
    ) as string,
  });
  await expect(opening).rejects.not.toThrow(/secret/);
});

describe.runIf(hasRedis)('with Redis', () => {
  let redis: OwnRedis;
  let client: Redis;
  beforeAll(async () => {
    redis = await OwnRedis.start({ password: 'open sesame' });
    client = new Redis(redis.connection);
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });
  beforeEach(() => client.flushall());
  const storage = (more = {}) => redisStorage({ study: 'search', connection: redis.connection, ...more });

  test('a study is kept, with numbers that JSON does not have, and goes on', async () => {
    const whole = await createStudy(searchOptions());
    await whole.optimize(searchObjective(), { trials: 12, parallel: 2, ...quiet });
    const first = await createStudy(searchOptions({ storage: storage() }));
    await first.optimize(searchObjective(), { trials: 7, parallel: 2, ...quiet });
    await first.close();
    const second = await createStudy(searchOptions({ storage: storage() }));
    expect(second.trials.length).toBe(7);
    expect(second.trials[5]!.values).toEqual([Infinity]);
    await second.optimize(searchObjective(), { trials: 12, parallel: 2, ...quiet });
    await second.close();
    expect(outcome(second)).toEqual(outcome(whole));
    expect(await client.exists(studyKeys('test', 'search').lock)).toBe(0);
  });

  test('entries are bytes by name', async () => {
    const own = storage();
    await own.open();
    await own.write('trial-0-a', Uint8Array.of(0, 255));
    await own.write('trial-0-a', Uint8Array.of(7, 0, 200));
    expect(await own.entries()).toEqual(['trial-0-a']);
    expect([...(await own.read('trial-0-a'))!]).toEqual([7, 0, 200]);
    await own.remove('trial-0-a');
    expect(await own.read('trial-0-a')).toBeUndefined();
    await own.close();
  });

  test('a wrong password is an io error', async () => {
    const { path } = redis.connection;
    await expect(storage({ connection: { path, password: 'wrong' } }).open()).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('WRONGPASS') as string,
    });
  });

  test('a second process is kept out, and takes over from one that is gone', async () => {
    const study = await createStudy(searchOptions({ storage: storage({ lockSeconds: 0.3 }) }));
    await expect(storage({ lockSeconds: 0.3 }).open()).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining(`the study is open in process ${process.pid}@`) as string,
    });
    await study.close();
    const { lock } = studyKeys('test', 'search');
    await client.set(lock, '1@elsewhere', 'PX', 200);
    const next = storage({ lockSeconds: 0.3 });
    expect((await next.open()).length).toBe(1);
    await next.close();
  });

  test('a process that lost the study can no longer write, nor one that does not know all of it', async () => {
    const own = storage();
    const study = await createStudy(searchOptions({ storage: own }));
    const keys = studyKeys('test', 'search');
    await client.set(keys.lock, '1@elsewhere');
    await expect(study.enqueue({ x: 1 })).rejects.toThrow(/another process has taken the study/);
    expect(await client.llen(keys.events)).toBe(1);
    await client.del(keys.lock);
    await client.rpush(keys.events, '{}');
    await client.rpush(keys.events, '{}');
    await expect(study.enqueue({ x: 1 })).rejects.toThrow(/has not the 1 events that this process knows of/);
    expect(await client.llen(keys.events)).toBe(3);
    await study.close();
  });

  test('a command that is sent again adds nothing twice', async () => {
    const keys = studyKeys('test', 'again');
    const lock = await StudyLock.take(client, keys, 'me', 10_000);
    const event = { known: 0, text: '{"type":"enqueue"}', ended: undefined };
    await appendEvent(client, keys, lock, event);
    await appendEvent(client, keys, lock, event);
    expect(await client.lrange(keys.events, 0, -1)).toEqual([event.text]);
    // The same thing may happen twice, though.
    await appendEvent(client, keys, lock, { ...event, known: 1 });
    expect(await client.llen(keys.events)).toBe(2);
    await lock.release();
  });

  test('a Redis that forgets is refused, unless that is wanted', async () => {
    await client.config('SET', 'appendonly', 'no');
    await expect(storage().open()).rejects.toThrow(
      /may lose events when it ends .appendonly no, .*volatile: true/,
    );
    const own = storage({ volatile: true });
    await own.open();
    await own.close();
    await client.config('SET', 'appendonly', 'yes');
    await client.config('SET', 'appendfsync', 'everysec');
    await expect(storage().open()).rejects.toThrow(/appendfsync everysec.*--appendfsync always/);
    await client.config('SET', 'appendfsync', 'always');
  });

  test('it is used between open and close', async () => {
    expect(() => storage().append({ type: 'enqueue', fixed: {} })).toThrow(/must be open/);
    const own = storage();
    await own.open();
    await expect(own.open()).rejects.toThrow(/must be closed before/);
    await own.close();
    await own.close();
  });
});
