import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStudy } from '@espalier/tuning';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasOpenssl, makeCertificates } from '../testing/certificates.js';
import { hasRedis, hasTls, OwnRedis } from '../testing/own-redis.js';
import { outcome, pruner, search, searchObjective, searchOptions } from '../testing/search.js';
import { onWorkers } from './on-workers.js';
import { redisStorage } from './redis-storage.js';
import { serveTrials } from './serve-trials.js';

const password = 'open: sesame@home/';

/** A port that nobody has now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const canTest = hasTls && hasOpenssl;
if (hasRedis && !canTest)
  console.warn('this redis-server has no TLS, or there is no openssl: the tests of TLS are left out');

describe.runIf(canTest)('Redis with TLS and a password', () => {
  let folder: string;
  let certificates: ReturnType<typeof makeCertificates>;
  let redis: OwnRedis;
  let port: number;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'espalier-tls-'));
    certificates = makeCertificates(folder);
    port = await freePort();
    redis = await OwnRedis.start({
      password,
      options: [
        ...['--appendonly', 'yes', '--appendfsync', 'always', '--bind', '127.0.0.1'],
        ...['--tls-port', String(port), '--tls-auth-clients', 'no'],
        ...['--tls-cert-file', certificates.cert, '--tls-key-file', certificates.key],
        ...['--tls-ca-cert-file', certificates.caFile],
      ],
    });
  });
  afterAll(async () => {
    await redis.stop();
    await rm(folder, { recursive: true });
  });
  const opening = (connection: object | string) =>
    redisStorage({ study: 'other', connection, connectSeconds: 0 }).open();

  test('study and workers speak through it, and the search is the same', async () => {
    const whole = await createStudy(searchOptions());
    await whole.optimize(searchObjective(), { trials: 10, parallel: 2, stopOnInterrupt: false });
    const connection = { host: '127.0.0.1', port, password, tls: { ca: certificates.ca } };
    const storage = redisStorage({ study: 'search', connection });
    const study = await createStudy(searchOptions({ storage }));
    const worker = await serveTrials(
      { study: 'search', space: search, pruner, connection },
      searchObjective(),
    );
    await study.optimize(onWorkers(storage, { pollInterval: 5 }), {
      trials: 10,
      parallel: 2,
      stopOnInterrupt: false,
    });
    await worker.close();
    await study.close();
    expect(outcome(study)).toEqual(outcome(whole));
  });

  test('a certificate of an authority that is not known is refused, and the password not shown', async () => {
    const address = `rediss://:${encodeURIComponent(password)}@localhost:${port}`;
    const refused = await opening(address).catch((error: unknown) => error as Error & { code: string });
    expect(refused).toMatchObject({ code: 'io', scope: 'redis-storage' });
    expect((refused as Error).message).toMatch(
      new RegExp(`at rediss://localhost:${port} \\(.*certificate.*NODE_EXTRA_CA_CERTS`),
    );
    expect((refused as Error).message).not.toContain('sesame');
  });

  test('neither a connection without TLS nor a wrong password gets in', async () => {
    await expect(opening(`redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`)).rejects.toMatchObject(
      {
        code: 'io',
      },
    );
    const tls = { ca: certificates.ca };
    await expect(opening({ host: '127.0.0.1', port, password: 'wrong', tls })).rejects.toThrow(/WRONGPASS/);
    await expect(opening({ host: '127.0.0.1', port, tls })).rejects.toThrow(/NOAUTH|Authentication/);
  });
});
