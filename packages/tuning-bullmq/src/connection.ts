import { EspalierError } from '@espalier/core';
import { Redis, type RedisOptions } from 'ioredis';

/**
 * Where Redis is: an address, `redis://user:password@host:port` or `rediss://...` for TLS, or options of
 * [ioredis](https://www.npmjs.com/package/ioredis): `host`, `port`, `path` of a Unix socket, `username`, `password`, `tls`.
 */
export type RedisAddress = string | RedisOptions;

/** Redis of this machine, on its usual port. */
export const LOCAL = 'redis://127.0.0.1:6379';

/**
 * A connection that waits where Redis is away, and goes on when it is back; the first time for no longer than `seconds`.
 *
 * @throws EspalierError `io` where nothing answers, or a password is wrong.
 */
export async function connect(scope: string, address: RedisAddress, seconds: number): Promise<Redis> {
  const until = performance.now() + 1000 * seconds;
  for (;;) {
    const redis = client(address);
    let last: unknown;
    const note = (error: unknown) => (last ??= error);
    redis.on('error', note);
    try {
      await redis.connect();
      await redis.ping();
      redis.off('error', note);
      // While Redis is away each try is such an error.
      redis.on('error', () => {});
      return redis;
    } catch (error) {
      redis.disconnect();
      const cause = (last ?? error) as Error & { readonly code?: string };
      if (isAway(cause) && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        continue;
      }
      throw new EspalierError({
        code: 'io',
        scope,
        message: `cannot reach Redis at ${shown(address)} (${cause.message}); ${adviceFor(cause.message)}.`,
        cause,
      });
    }
  }
}

function client(address: RedisAddress): Redis {
  const settings: RedisOptions = {
    lazyConnect: true,
    // Commands wait for as long as Redis is away.
    maxRetriesPerRequest: null,
    retryStrategy: (tries) => Math.min(50 * tries, 1000),
  };
  return typeof address === 'string' ? new Redis(address, settings) : new Redis({ ...address, ...settings });
}

function adviceFor(message: string): string {
  if (/certificate|altnames/i.test(message))
    return 'give the authority that signed it: NODE_EXTRA_CA_CERTS=ca.crt in the environment, or tls: { ca } in the connection';
  if (/WRONGPASS|NOAUTH|invalid password/i.test(message))
    return 'give its password: redis://:PASSWORD@host:port, or { host, port, password }';
  return 'start it (redis-server --appendonly yes --appendfsync always), or give another connection';
}

/** Not there yet, or reading its file: worth another try. */
const isAway = ({ code, message }: { readonly code?: string; readonly message: string }): boolean =>
  ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ETIMEDOUT', 'EPIPE'].includes(code ?? '') ||
  /LOADING|Connection is closed/.test(message);

/** An address without its password. */
export function shown(address: RedisAddress): string {
  if (typeof address !== 'string')
    return address.path ?? `${address.host ?? '127.0.0.1'}:${address.port ?? 6379}`;
  return address.replace(/\/\/[^@/]*@/, '//');
}

/** Lets go of a connection, at once where Redis is away. */
export async function disconnect(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit();
  else redis.disconnect();
}
