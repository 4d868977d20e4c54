import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stream } from '@espalier/core';
import { createStudy, type StudyEvent } from '@espalier/tuning';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { studyKeys } from './keys.js';
import { decode } from './messages.js';
import { hasRedis, OwnRedis } from '../testing/own-redis.js';
import { redisStorage } from './redis-storage.js';
import { outcome, searchObjective, searchOptions } from '../testing/search.js';

/** How often each of the three is killed, and how many trials there are: `ESPALIER_KILLS=20` for the whole of it. */
const KILLS = Number(process.env['ESPALIER_KILLS'] ?? 2);
const TRIALS = KILLS > 2 ? 100 : 24;

describe.runIf(hasRedis)('processes that are killed', () => {
  test(
    `the study, its workers and Redis, ${KILLS} times each: ${TRIALS} of ${TRIALS} trials end once, as without`,
    async () => {
      const redis = await OwnRedis.start();
      const { path } = redis.connection;
      const program = (name: string) =>
        fileURLToPath(new URL(`../testing/${name}-process.ts`, import.meta.url));
      const children = new Set<ChildProcess>();
      const start = (name: string, argument: number): ChildProcess => {
        const node = [
          '--conditions=@espalier/source',
          '--import',
          'tsx',
          program(name),
          path,
          String(argument),
        ];
        const child = spawn(process.execPath, node, { stdio: ['ignore', 'pipe', 'inherit'] });
        children.add(child);
        child.once('exit', () => children.delete(child));
        return child;
      };
      let finished = false;
      let running!: { child: ChildProcess; open: Promise<void> };
      const startStudy = (): void => {
        const child = start('study', TRIALS);
        const lines = createInterface({ input: child.stdout! });
        const open = new Promise<void>((resolve) => {
          lines.on('line', (line) => {
            if (line === 'open') resolve();
            if (line === 'done') finished = true;
          });
          child.once('exit', () => resolve());
        });
        running = { child, open };
      };
      const killed = async (child: ChildProcess): Promise<void> => {
        if (child.exitCode !== null) return;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      };
      const workers = [start('worker', 1), start('worker', 2)];
      startStudy();
      const random = stream(5, 'crashes');
      const kills = ['study', 'worker', 'redis'].flatMap((what) => Array<string>(KILLS).fill(what));
      try {
        for (const at of random.permutation(kills.length)) {
          await running.open;
          await new Promise((resolve) => setTimeout(resolve, 300 * random.uniform()));
          if (finished) break;
          const what = kills[at]!;
          if (what === 'study') {
            await killed(running.child);
            startStudy();
          } else if (what === 'worker') {
            const place = random.integer(workers.length);
            await killed(workers[place]!);
            workers[place] = start('worker', at + 3);
          } else {
            await redis.kill();
            await redis.restart();
          }
        }
        while (!finished) {
          expect(running.child.exitCode).toBeNull();
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      } finally {
        await Promise.all([...children].map(killed));
        if (!finished) await redis.stop();
      }
      const client = new Redis(redis.connection);
      const events = (await client.lrange(studyKeys('test', 'search').events, 0, -1)).map((text) =>
        decode<StudyEvent>(text),
      );
      client.disconnect();
      for (const type of ['start', 'finish'] as const) {
        const numbers = events.flatMap((event) => (event.type === type ? [event.trial] : []));
        expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: TRIALS }, (_, i) => i));
      }
      const storage = redisStorage({ study: 'search', connection: redis.connection, lockSeconds: 1 });
      const study = await createStudy(searchOptions({ storage }));
      const whole = await createStudy(searchOptions());
      await whole.optimize(searchObjective(), { trials: TRIALS, parallel: 3, stopOnInterrupt: false });
      expect(outcome(study)).toEqual(outcome(whole));
      expect(await storage.entries()).toEqual([]);
      await study.close();
      await redis.stop();
    },
    60_000 + 60_000 * KILLS,
  );
});
