export type { RedisAddress } from './connection.js';
export type { OnWorkersOptions } from './on-workers.js';
export { onWorkers } from './on-workers.js';
export type { RedisStorage, RedisStorageOptions, TrialQueue } from './redis-storage.js';
export { redisStorage } from './redis-storage.js';
export type { ServeTrialsOptions, TrialWorker } from './serve-trials.js';
export { serveTrials } from './serve-trials.js';
