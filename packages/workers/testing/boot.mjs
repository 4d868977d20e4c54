/* Starts a worker thread with a TypeScript module: Node 20 takes a loader into a thread only this way. */
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.module);
