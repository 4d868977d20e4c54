import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isEspalierError } from '@espalier/core';
import { createStudy, tpeSampler } from '@espalier/tuning';
import { onWorkers, redisStorage } from '@espalier/tuning-bullmq';
import { digits, pruner, study } from './search.js';

const values = readCommandLine();

const folder = await mkdtemp(join(tmpdir(), 'espalier-redis-'));
const own = values.redis === undefined ? await startRedis(join(folder, 'redis.sock')) : undefined;
const connection = own ? { path: join(folder, 'redis.sock') } : values.redis!;
const storage = redisStorage({ study, connection });

const worker = (): ChildProcess =>
  spawn(
    process.execPath,
    [
      '--conditions=@espalier/source',
      '--import',
      'tsx',
      fileURLToPath(new URL('./worker.ts', import.meta.url)),
      typeof connection === 'string' ? connection : connection.path,
    ],
    { stdio: 'inherit' },
  );
const workers = [worker(), worker()];

const search = await createStudy({
  name: study,
  space: digits,
  sampler: tpeSampler({ startupTrials: 6 }),
  pruner,
  seed: 1,
  storage,
});
await search.optimize(onWorkers(storage), {
  trials: Number(values.trials ?? (values.quick ? 4 : 12)),
  parallel: 3,
  onTrialEnd({ number, state, values: [loss] = [], parameters }) {
    console.log(`trial ${number}  ${state}  ${loss?.toFixed(4) ?? ''}  ${parameters.units} units`);
    if (number === 2) {
      console.log('a worker is killed');
      workers[0]!.kill('SIGKILL');
    }
  },
});
console.log('best:', search.best!.number, search.best!.values![0]!.toFixed(4), search.best!.parameters);
await search.close();
await Promise.all(workers.map(end));
if (own) await end(own);
await rm(folder, { recursive: true, force: true });

/** A Redis for this program alone. */
async function startRedis(path: string): Promise<ChildProcess> {
  const server = spawn(
    'redis-server',
    ['--port', '0', '--unixsocket', path, '--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always'],
    { stdio: 'ignore' },
  );
  const failed = once(server, 'error').then(() => {
    console.error('This needs redis-server (sudo apt-get install redis-server), or --redis ADDRESS.');
    process.exit(1);
  });
  for (let tries = 0; ; tries++) {
    await Promise.race([sleep(100), failed]);
    const probe = redisStorage({ study: 'probe', connection: { path } });
    try {
      await probe.open();
      await probe.close();
      return server;
    } catch (error) {
      if (tries === 50 || !isEspalierError(error)) throw error;
    }
  }
}

/** Redis writes to its folder when it ends, and stays where that is gone. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** What the command line says; where that cannot be read, the program ends with how to write it. */
function readCommandLine() {
  try {
    return parseArgs({
      options: {
        redis: { type: 'string' },
        trials: { type: 'string' },
        quick: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(
      `${(error as Error).message}\n\nUsage: npm start -- [--quick] [--trials <n>] [--redis <address>]`,
    );
    process.exit(2);
  }
}
