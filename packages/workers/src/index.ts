export type { WorkerLike } from './connection.js';
export type { Job, JobFunction, Jobs } from './job.js';
export type { RunPosition } from './messages.js';
export { serveRuns } from './serve-runs.js';
export type { WorkerPool, WorkerPoolOptions } from './worker-pool.js';
export { workerPool } from './worker-pool.js';
export type { ReportOf, RunListeners, WorkerRun } from './worker-run.js';
