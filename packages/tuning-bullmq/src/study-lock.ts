import { EspalierError } from '@espalier/core';
import type { Redis } from 'ioredis';
import type { StudyKeys } from './keys.js';

/** Sets the lock again where it is ours or nobody's. */
const RENEW = `
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/** A study that one process holds, for as long as it renews that. */
export class StudyLock {
  readonly token: string;
  readonly milliseconds: number;
  readonly #redis: Redis;
  readonly #key: string;
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(redis: Redis, key: string, token: string, milliseconds: number) {
    this.#redis = redis;
    this.#key = key;
    this.token = token;
    this.milliseconds = milliseconds;
    const renew = () => void redis.eval(RENEW, 1, key, token, milliseconds).catch(() => {});
    this.#timer = setInterval(renew, milliseconds / 3);
    this.#timer.unref();
  }

  /**
   * Waits, for no longer than a lock lasts, for that of a process that is gone.
   *
   * @throws EspalierError `io` where a living process has the study.
   */
  static async take(
    redis: Redis,
    { lock }: StudyKeys,
    token: string,
    milliseconds: number,
  ): Promise<StudyLock> {
    for (let waited = 0; ;) {
      if ((await redis.eval(RENEW, 1, lock, token, milliseconds)) === 1)
        return new StudyLock(redis, lock, token, milliseconds);
      const left = Math.max(50, await redis.pttl(lock));
      // A lock that its owner renewed meanwhile has more left than it should.
      if (waited > milliseconds) {
        const owner = ((await redis.get(lock)) ?? '').split(' ')[0];
        throw new EspalierError({
          code: 'io',
          scope: 'redis-storage',
          message: `the study is open in process ${owner}; stop that one, or give another study.`,
        });
      }
      const pause = Math.min(left + 5, milliseconds / 2);
      await new Promise((resolve) => setTimeout(resolve, pause));
      waited += pause;
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    // Where Redis is away the lock ends by itself.
    if (this.#redis.status === 'ready') await this.#redis.eval(RELEASE, 1, this.#key, this.token);
  }
}
