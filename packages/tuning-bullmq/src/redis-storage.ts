import { checkOptions, EspalierError, option, readOptions } from '@espalier/core';
import type { StudyEvent, StudyStorage } from '@espalier/tuning';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { appendEvent } from './append-event.js';
import { connect, disconnect, LOCAL, type RedisAddress, shown } from './connection.js';
import { jobOf, PREFIX, type StudyKeys, studyKeys } from './keys.js';
import { decode, encode, type TrialJob } from './messages.js';
import { StudyLock } from './study-lock.js';

const SCOPE = 'redis-storage';

/** Options of {@link redisStorage}. */
export interface RedisStorageOptions {
  /** Name of the study, without `:`, `{` and `}`. Workers are given the same. */
  readonly study: string;
  /** Default: Redis of this machine, `redis://127.0.0.1:6379`. */
  readonly connection?: RedisAddress;
  /** How long it waits for a Redis that does not answer when it starts, seconds >= 0. Default 10. */
  readonly connectSeconds?: number;
  /** Seconds after which a process that is gone no longer holds the study, > 0. Default 10. */
  readonly lockSeconds?: number;
  /** Takes a Redis that does not write each event to its append-only file at once: the last ones may be lost when it ends. Default false. */
  readonly volatile?: boolean;
}

/** A study in Redis. */
export interface RedisStorage extends StudyStorage {
  readonly study: string;
  /** What {@link onWorkers} needs: the queue of its trials, and where their messages are. Open from createStudy to close. */
  readonly trials: () => Promise<TrialQueue>;
}

/** The study's side of its trials in Redis. */
export interface TrialQueue {
  readonly queue: Queue<TrialJob>;
  readonly redis: Redis;
  readonly keys: StudyKeys;
}

/**
 * Keeps a study in Redis, from where workers on other machines know it. One process at a time holds a study; when it is killed,
 * another waits until `lockSeconds` are over and goes on.
 *
 * An event is in Redis's append-only file, on the disk, once `append` is done: Redis may be killed and started again. A command that was sent while Redis was away is sent again, and adds nothing twice.
 *
 * @returns A storage for `createStudy`; nothing listens on any port.
 * @throws EspalierError `invalid-option`; `io` when the study starts, where Redis is away, may lose what it has, or another
 *   process has the study.
 * @example
 * ```ts
 * const storage = redisStorage({ study: 'digits', connection: 'rediss://user:password@redis.example:6380' });
 * const study = await createStudy({ space: space({ x: float(0, 1) }), storage });
 * ```
 */
export function redisStorage(options: RedisStorageOptions): RedisStorage {
  const { values } = readOptions(SCOPE, options, {
    study: option.text(),
    connection: addressRule,
    connectSeconds: secondsRule,
    lockSeconds: option.number({ min: 0, exclusiveMin: true, default: 10 }),
    volatile: option.boolean({ default: false }),
  });
  const { study, connection, connectSeconds, lockSeconds } = values;
  const keys = studyKeys(SCOPE, study);
  let open: { redis: Redis; lock: StudyLock; known: number; queue?: Promise<Queue<TrialJob>> } | undefined;
  let last: Promise<void> = Promise.resolve();
  const running = new Set<number>();
  const opened = () =>
    open ?? checkOptions(SCOPE).fail('the storage', 'open: it is, from createStudy to close', study);
  const name = `study '${study}' of Redis at ${shown(connection)}`;

  return {
    name,
    study,

    async open() {
      if (open) checkOptions(SCOPE).fail('the storage', 'closed before it is opened again', study);
      const redis = await connect(SCOPE, connection, connectSeconds);
      try {
        if (!values.volatile) await checkDurable(redis);
        const { hostname } = await import('node:os');
        const token = `${process.pid}@${hostname()} ${globalThis.crypto.randomUUID()}`;
        const lock = await StudyLock.take(redis, keys, token, 1000 * lockSeconds);
        const events = (await redis.lrange(keys.events, 0, -1)).map((text) => decode<StudyEvent>(text));
        open = { redis, lock, known: events.length };
        running.clear();
        for (const event of events) follow(running, event);
        return events;
      } catch (error) {
        redis.disconnect();
        throw error;
      }
    },

    append(event) {
      const { redis, lock } = opened();
      const ended = event.type === 'finish' ? event.trial : undefined;
      // One after the other: each counts those before it.
      const written = last.then(async () => {
        const now = opened();
        await appendEvent(redis, keys, lock, { known: now.known, text: encode(event), ended });
        now.known++;
        follow(running, event);
        if (ended !== undefined && now.queue) await (await now.queue).remove(jobOf(ended));
      });
      last = written.catch(() => {});
      return written;
    },

    async write(entry, bytes) {
      await opened().redis.hset(keys.entries, entry, Buffer.from(bytes));
    },
    async read(entry) {
      return (await opened().redis.hgetBuffer(keys.entries, entry)) ?? undefined;
    },
    async remove(entry) {
      await opened().redis.hdel(keys.entries, entry);
    },
    entries: () => opened().redis.hkeys(keys.entries),

    async trials() {
      const now = opened();
      now.queue ??= startQueue(now.redis, keys, running);
      return { queue: await now.queue, redis: now.redis, keys };
    },

    async close() {
      if (!open) return;
      const { redis, lock, queue } = open;
      await last;
      open = undefined;
      await (await queue)?.close();
      await lock.release();
      await disconnect(redis);
    },
  };
}

/** The rule of `connectSeconds`. */
export const secondsRule = option.number({ min: 0, default: 10 });

/** The rule of `connection`. */
export const addressRule = option.custom<RedisAddress, { readonly default: RedisAddress }>({
  default: LOCAL,
  expected: 'an address such as redis://127.0.0.1:6379, or options of ioredis',
  accepts: (value) =>
    typeof value === 'string' ? /^rediss?:\/\//.test(value) : typeof value === 'object' && value !== null,
});

function follow(running: Set<number>, event: StudyEvent): void {
  if (event.type === 'start') running.add(event.trial);
  else if (event.type === 'finish') running.delete(event.trial);
}

/** Jobs of trials that have ended are left where the process was killed between the two. */
async function startQueue(
  redis: Redis,
  keys: StudyKeys,
  running: ReadonlySet<number>,
): Promise<Queue<TrialJob>> {
  const queue = new Queue<TrialJob>(keys.queue, { connection: redis, prefix: PREFIX });
  // ioredis tells the same, and waits.
  queue.on('error', () => {});
  const jobs = await queue.getJobs(['completed', 'failed', 'wait', 'paused']);
  for (const job of jobs) if (!running.has(job.data.trial)) await job.remove();
  return queue;
}

/**
 * Without an append-only file a Redis that is killed forgets what it said it has; with one that is not written at once, the last
 * seconds of it.
 */
async function checkDurable(redis: Redis): Promise<void> {
  let settings: Readonly<Record<string, string>>;
  try {
    const ask = async (name: string) => (await redis.config('GET', name)) as string[];
    const all = [...(await ask('appendonly')), ...(await ask('appendfsync'))];
    settings = Object.fromEntries(all.flatMap((name, i) => (i % 2 === 0 ? [[name, all[i + 1]!]] : [])));
  } catch {
    // Services do not let it be read, and keep what they have in their own way.
    return;
  }
  if (settings['appendonly'] === 'yes' && settings['appendfsync'] === 'always') return;
  throw new EspalierError({
    code: 'io',
    scope: SCOPE,
    message: `this Redis may lose events when it ends (appendonly ${settings['appendonly']}, appendfsync ${settings['appendfsync']}); start it with --appendonly yes --appendfsync always, or say volatile: true.`,
  });
}
