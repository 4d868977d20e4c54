import { expectTypeOf } from 'vitest';
import { type Job, serveRuns, type WorkerPool, workerPool } from './index.js';

export const runs = serveRuns({
  train: async (options: { readonly epochs: number }, job) => {
    expectTypeOf(job.signal).toEqualTypeOf<AbortSignal>();
    return { weights: Float32Array.of(options.epochs) };
  },
  count: (_: null, job: Job<{ readonly done: number }>) => job.report({ done: 1 }),
  bare: () => 'text',
});
declare const pool: WorkerPool<typeof runs>;

expectTypeOf(pool.run('train', { epochs: 1 }).result).resolves.toEqualTypeOf<{
  weights: Float32Array<ArrayBuffer>;
}>();
expectTypeOf(pool.run('bare', undefined).result).resolves.toEqualTypeOf<string>();
pool.run('count', null, {
  onReport: (value) => expectTypeOf(value).toEqualTypeOf<{ readonly done: number }>(),
});

// @ts-expect-error there is no such job
pool.run('trian', { epochs: 1 });
// @ts-expect-error its options are others
pool.run('train', { epoch: 1 });
// @ts-expect-error it reports something else
serveRuns({ count: (_: null, job: Job<number>) => job.report('one') });

// Both kinds of Worker fit.
declare const inBrowser: globalThis.Worker;
declare const inNode: import('node:worker_threads').Worker;
workerPool<typeof runs>(() => inBrowser);
workerPool<typeof runs>(() => inNode);
// Without a type argument any job may be named.
expectTypeOf(workerPool(() => inNode).run('any', 1).result).resolves.toBeUnknown();
