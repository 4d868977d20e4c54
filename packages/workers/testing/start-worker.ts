import { Worker, type WorkerOptions } from 'node:worker_threads';

/** A worker thread that starts with a TypeScript module, against the packages' sources. */
export function startWorker(module: URL, options: WorkerOptions = {}): Worker {
  return new Worker(new URL('./boot.mjs', import.meta.url), {
    execArgv: ['--conditions=@espalier/source'],
    workerData: { module: module.href },
    ...options,
  });
}

/** A worker thread that does the jobs of `jobs.worker.ts`. */
export function startJobs(options?: WorkerOptions): Worker {
  return startWorker(new URL('./jobs.worker.ts', import.meta.url), options);
}
