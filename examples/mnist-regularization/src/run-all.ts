import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { isEspalierError } from '@espalier/core';
import { workerPool } from '@espalier/workers';
import type { StudyOptions } from './options.js';
import type { StudyResult } from './study.js';
import type { runs } from './variant.worker.js';
import { variants } from './variants.js';

/** Threads at most: each holds the images. */
const MOST_THREADS = 4;

/** Whether a run came to its end: Ctrl-C breaks off those that are training. */
export const isWhole = ({ record }: Pick<StudyResult, 'record'>): boolean =>
  record.stopReason !== 'interrupted';

/** Every variant with every seed, as many at a time as there are cores. After Ctrl-C only those that were finished come back. */
export async function runAll(options: StudyOptions, say: (line: string) => void): Promise<StudyResult[]> {
  const { quick, seed: first, seeds, epochs, engine } = options;
  const pool = workerPool<typeof runs>(() => new Worker(new URL('./worker.mjs', import.meta.url)), {
    size: Math.min(MOST_THREADS, availableParallelism()),
  });
  const said = new Set<string>();
  const sayOnce = (line: unknown): void => {
    if (!said.has(String(line))) say(String(line));
    said.add(String(line));
  };
  const plan = Array.from({ length: seeds }, (_, i) =>
    variants.map((variant) => ({ variant, seed: first + i })),
  ).flat();
  try {
    const results = await Promise.all(
      plan.map(async ({ variant, seed }) => {
        const work = { variant: variant.name, seed, splitSeed: first, epochs, quick, engine };
        try {
          const result = { variant, ...(await pool.run('variant', work, { onReport: sayOnce }).result) };
          if (!isWhole(result)) return [];
          const { testAccuracy, record } = result;
          say(
            `${variant.name}, seed ${seed}: test ${(testAccuracy * 100).toFixed(2)} %, ${record.epochs.length} epochs`,
          );
          return [result];
        } catch (error) {
          if (isEspalierError(error) && error.code === 'aborted') return [];
          throw error;
        }
      }),
    );
    return results.flat();
  } finally {
    await pool.close({ terminate: true });
  }
}
