import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { createStudy, journalStorage, medianPruner, memoryStorage, randomSampler } from '@espalier/tuning';
import { type WorkerPool, workerPool } from '@espalier/workers';
import { fingerprint, type Json } from 'espalier';
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
export async function regressionSearch(
  lab: Lab,
  { points, isGiven }: { readonly points: Points; readonly isGiven: boolean },
): Promise<void> {
  const threads = availableParallelism();
  const pool = workerPool<typeof runs>(() => new Worker(new URL('./worker.mjs', import.meta.url)), {
    size: threads,
    // Other work may keep a machine busy.
    startSeconds: 300,
    stopOnInterrupt: false,
  });
  // A search that is kept goes on with the points that it began with.
  const of = isGiven ? `-${fingerprint(points.data)}` : '';
  const seeds = [1, 2, 3, 4, 5];
  /** The loss over folds of a configuration, with each of the seeds; none where it is neither kept nor wanted. */
  const losses = async (parameters: RegressionParameters): Promise<readonly number[]> => {
    const common = { ...request(lab, points), parameters };
    const { signal } = lab;
    const lossOf = async (seed: number) =>
      ((await pool.run('configuration', { ...common, seed }, { signal }).result) as ConfigurationScore).mean;
    const made = () => Promise.all(seeds.map(lossOf));
    return (await lab.once('search-regression-seeds', { ...common, seeds } as Json, made)) ?? [];
  };
  try {
    const whole = await searched(lab, pool, points, { name: 'search-regression', of, threads });
    const pruned = await searched(lab, pool, points, {
      name: 'search-regression-pruned',
      of,
      threads,
      pruning: true,
    });
    if (whole.best) {
      const [published, best] = [await losses(publishedRegression), await losses(whole.best.parameters)];
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
  { name, of, threads, pruning = false }: { name: string; of: string; threads: number; pruning?: boolean },
): Promise<RegressionStudy> {
  const study = await createStudy({
    name,
    space: regressionSpace,
    sampler: randomSampler(),
    ...(pruning && { pruner: medianPruner({ startupTrials: 20 }) }),
    seed: 1,
    storage: lab.quick ? memoryStorage() : journalStorage(`${lab.options.out}/kept-runs/${name}${of}.jsonl`),
  });
  if (!lab.wants(name)) return study;
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
