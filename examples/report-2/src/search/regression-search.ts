import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { createStudy, journalStorage, medianPruner, memoryStorage, randomSampler } from '@espalier/tuning';
import { type WorkerPool, workerPool } from '@espalier/workers';
import type { Lab } from '@espalier-examples/studies-kit';
import type { Points } from '../points.js';
import type { ConfigurationScore } from './score-configuration.js';
import { showRegressionSearch } from './show-regression-search.js';
import {
  publishedRegression,
  type RegressionParameters,
  regressionSpace,
  type RegressionStudy,
} from './spaces.js';
import type { runs } from './search.worker.js';
import { spent } from './spent.js';

/**
 * The study's random search: 500 configurations, each scored by five folds, side by side on all cores; then the same with early
 * pruning; and the published configuration scored by the same folds.
 */
export async function regressionSearch(lab: Lab, points: Points): Promise<void> {
  const threads = availableParallelism();
  const pool = workerPool<typeof runs>(() => new Worker(new URL('./worker.mjs', import.meta.url)), {
    size: threads,
    // Other work may keep a machine busy.
    startSeconds: 300,
    stopOnInterrupt: false,
  });
  const score = async (parameters: RegressionParameters, seed: number) =>
    (await pool.run('configuration', { ...request(lab, points), parameters, seed })
      .result) as ConfigurationScore;
  try {
    const whole = await searched(lab, pool, points, { name: 'search-regression', threads });
    const pruned = await searched(lab, pool, points, {
      name: 'search-regression-pruned',
      threads,
      pruning: true,
    });
    if (whole.trials.length > 0) {
      const published = await Promise.all([1, 2, 3, 4, 5].map((seed) => score(publishedRegression, seed)));
      const best = await Promise.all([1, 2, 3, 4, 5].map((seed) => score(whole.best!.parameters, seed)));
      await showRegressionSearch(lab, { whole, pruned, published, best, threads });
    }
    await whole.close();
    await pruned.close();
  } finally {
    await pool.close({ terminate: true });
  }
}

const request = (lab: Lab, { x, y }: Points) => ({ x, y, shorter: lab.quick ? 50 : 1 });

/** Goes on with the search that is kept, until it has all its trials. */
async function searched(
  lab: Lab,
  pool: WorkerPool<typeof runs>,
  points: Points,
  { name, threads, pruning = false }: { name: string; threads: number; pruning?: boolean },
): Promise<RegressionStudy> {
  const isWanted = !lab.options.kept && (lab.options.only?.test(name) ?? true);
  const study = await createStudy({
    name,
    space: regressionSpace,
    sampler: randomSampler(),
    ...(pruning && { pruner: medianPruner({ startupTrials: 20 }) }),
    seed: 1,
    storage: lab.quick ? memoryStorage() : journalStorage(`${lab.options.out}/kept-runs/${name}.jsonl`),
  });
  if (!isWanted) return study;
  const sinceLast = spent();
  await study.optimize(
    async (trial) => {
      const { parameters, seed } = trial;
      const run = pool.run(
        'configuration',
        { ...request(lab, points), parameters, seed, ...(pruning && { reportEvery: lab.size(25, 1) }) },
        {
          signal: trial.signal,
          // What a run tells between the pruner's word and its end is of no use.
          onReport: async ({ value, ...place }) => {
            if (!trial.pruned && (await trial.report(value, place))) run.stop('pruned');
          },
        },
      );
      const score = await run.result.catch((error: unknown) => {
        if (trial.pruned) return undefined;
        throw error;
      });
      await trial.note('spent', sinceLast());
      if (!score || trial.pruned) return 'pruned';
      await trial.note('score', score);
      return score.mean;
    },
    {
      trials: lab.size(500, 3),
      // More than there are threads, so that none waits for a long trial.
      parallel: 4 * threads,
      signal: lab.signal,
      stopOnInterrupt: false,
      onTrialEnd: ({ number, state, values }) => {
        if ((number + 1) % 25 === 0)
          lab.say(`${name}: trial ${number} ${state} ${values?.[0]?.toFixed(4) ?? ''}`);
      },
    },
  );
  lab.signal.throwIfAborted();
  return study;
}
