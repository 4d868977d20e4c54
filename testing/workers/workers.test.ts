import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workerPool } from '@espalier/workers';
import { afterAll, describe, expect, test } from 'vitest';
import { bitsOf, comparableRecord } from '../../packages/testkit/src/bits.js';
import { startWorker } from '../../packages/workers/testing/start-worker.js';
import { type Engine, type runs, train, type Trained } from './training.worker.js';

const start = () => startWorker(new URL('./training.worker.ts', import.meta.url));
const pool = workerPool<typeof runs>(start, { size: 2 });
const directory = mkdtempSync(join(tmpdir(), 'espalier-workers-'));
afterAll(async () => {
  await pool.close({ terminate: true });
  rmSync(directory, { recursive: true });
});

/** What must be the same, and the executor, so that a fallback is seen. */
const comparable = ({ record, weights }: Trained): unknown => [
  record.executor,
  comparableRecord(record),
  bitsOf(weights),
];

describe.each(['cpu', 'wasm', 'compiled'] satisfies Engine[])('on %s', (engine) => {
  test.each(['mlp', 'cnn'] as const)(
    'two runs at once in two workers have the bits of one on the main thread: %s',
    async (problem) => {
      const options = { problem, engine, epochs: 3 };
      const [one, other, here] = await Promise.all([
        pool.run('train', options).result,
        pool.run('train', options).result,
        train(options),
      ]);
      expect(here.record.status).toBe('completed');
      expect(comparable(one)).toEqual(comparable(here));
      expect(comparable(other)).toEqual(comparable(here));
    },
  );

  test('a run stopped in the middle of an epoch goes on in another worker to the same bits', async () => {
    const options = { problem: 'mlp', engine, epochs: 3 } as const;
    const folder = join(directory, engine);
    const first = workerPool<typeof runs>(start);
    const stopped = first.run(
      'train',
      { ...options, directory: folder, waitAtStep: 6 },
      {
        onReport() {
          stopped.stop('not now');
        },
      },
    );
    const { record } = await stopped.result;
    await first.close();
    expect([record.status, record.stopReason, record.epochs.length]).toEqual(['stopped', 'not now', 1]);
    expect(readdirSync(folder).some((file) => file.includes('last-step-6'))).toBe(true);

    const resumed = await pool.run('train', { ...options, directory: folder }).result;
    const whole = await pool.run('train', options).result;
    expect(comparable(resumed)).toEqual(comparable(whole));
  });
});
