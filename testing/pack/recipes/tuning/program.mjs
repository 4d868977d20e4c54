import { Worker } from 'node:worker_threads';
import {
  createStudy,
  float,
  int,
  journalStorage,
  memoryStorage,
  space,
  sqliteStorage,
} from '@espalier/tuning';
import { workerPool } from '@espalier/workers';
import { train } from './train.js';

const [kind] = process.argv.slice(2);
const storages = {
  memory: () => memoryStorage(),
  journal: () => journalStorage('runs/search.jsonl'),
  sqlite: () => sqliteStorage('runs/search.db'),
};
const pool = workerPool(() => new Worker(new URL('./runs.mjs', import.meta.url)), { size: 2 });
const study = await createStudy({
  space: space({ learningRate: float(1e-3, 1e-1, { log: true }), units: int(4, 16) }),
  storage: storages[kind](),
  seed: 1,
});
await study.optimize(
  ({ parameters, seed, signal }) => pool.run('train', { ...parameters, seed }, { signal }).result,
  { trials: Number(process.env.TRIALS), parallel: 2 },
);
await study.close();
await pool.close();
const trials = study.trials.map(({ state, parameters, values }) => ({ state, parameters, values }));
console.log(JSON.stringify({ trials, outcome: { wasm: await train('wasm') } }));
