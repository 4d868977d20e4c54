import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
/** The longest that one of five steps of a trial takes, so that trials are under way at most kills. */
const MILLISECONDS = KILLS > 2 ? 400 : 60;

/** Programs of `testing/` in processes of their own. */
class Programs {
  readonly #path: string;
  readonly #running = new Set<ChildProcess>();

  constructor(path: string) {
    this.#path = path;
  }

  /** `ready` when it has printed `word`, or ended. */
  start(name: string, word: string, args: readonly number[], onLine?: (line: string) => void) {
    const file = fileURLToPath(new URL(`../testing/${name}-process.ts`, import.meta.url));
    const node = ['--conditions=@espalier/source', '--import', 'tsx', file, this.#path, ...args.map(String)];
    const child = spawn(process.execPath, node, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#running.add(child);
    const lines = createInterface({ input: child.stdout });
    const ready = new Promise<void>((resolve) => {
      child.once('exit', () => {
        this.#running.delete(child);
        resolve();
      });
      lines.on('line', (line) => {
        if (line === word) resolve();
        onLine?.(line);
      });
    });
    return { child, ready };
  }

  /** @returns Whether it ran until now. */
  async kill(child: ChildProcess): Promise<boolean> {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    return true;
  }

  async end(): Promise<void> {
    await Promise.all([...this.#running].map((child) => this.kill(child)));
  }
}

describe.runIf(hasRedis)('processes that are killed', () => {
  test(
    `the study, its workers and Redis, ${KILLS} times each: ${TRIALS} of ${TRIALS} trials end once, as without`,
    async () => {
      const redis = await OwnRedis.start();
      const programs = new Programs(redis.connection.path);
      let finished = false;
      const startStudy = () =>
        programs.start('study', 'open', [TRIALS], (line) => {
          finished ||= line === 'done';
        });
      const startWorker = (speed: number) =>
        programs.start('worker', 'serving', [speed, MILLISECONDS, TRIALS - 1]);
      const workers = [startWorker(1), startWorker(2)];
      let study = startStudy();
      const random = stream(5, 'crashes');
      const kills = ['study', 'worker', 'redis'].flatMap((what) => Array<string>(KILLS).fill(what));
      const killed = { study: 0, worker: 0, redis: 0 };
      try {
        for (const at of random.permutation(kills.length)) {
          await study.ready;
          await new Promise((resolve) => setTimeout(resolve, 300 * random.uniform()));
          const what = kills[at]!;
          if (what === 'study') {
            if (await programs.kill(study.child)) killed.study++;
            study = startStudy();
          } else if (what === 'worker') {
            const place = random.integer(workers.length);
            await workers[place]!.ready;
            if (await programs.kill(workers[place]!.child)) killed.worker++;
            workers[place] = startWorker(at + 3);
          } else {
            await redis.kill();
            killed.redis++;
            await redis.restart();
          }
        }
        expect({ finished, ...killed }).toEqual({
          finished: false,
          study: KILLS,
          worker: KILLS,
          redis: KILLS,
        });
        await writeFile(join(redis.folder, 'release'), '');
        while (!finished) {
          expect(study.child.exitCode).toBeNull();
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      } finally {
        await programs.end();
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
      if (KILLS > 2)
        console.log(`killed ${JSON.stringify(killed)}; ${events.length} events, ${TRIALS} trials once each`);
      const storage = redisStorage({ study: 'search', connection: redis.connection, lockSeconds: 1 });
      const kept = await createStudy(searchOptions({ storage }));
      const whole = await createStudy(searchOptions());
      await whole.optimize(searchObjective(), { trials: TRIALS, parallel: 3, stopOnInterrupt: false });
      expect(outcome(kept)).toEqual(outcome(whole));
      expect(await storage.entries()).toEqual([]);
      await kept.close();
      await redis.stop();
    },
    60_000 + 60_000 * KILLS,
  );
});
