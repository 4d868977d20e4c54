/**
 * What a run in a worker thread costs beside one on the main thread, in the same minutes:
 *
 *   node --conditions=@espalier/source --import tsx testing/workers/overhead.ts [rounds]
 *
 * Prints the median time until a new worker has done a job that does nothing, until an idle one has, and a step's shortest
 * time in a worker as a ratio to the main thread's shortest, by who listens.
 */
import { workerPool } from '@espalier/workers';
import { startWorker } from '../../packages/workers/testing/start-worker.js';
import { type runs, secondsPerStep } from './overhead.worker.js';

const rounds = Number(process.argv[2] ?? 5);
const epochs = 10;
const start = () => startWorker(new URL('./overhead.worker.ts', import.meta.url));
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const milliseconds = async (work: () => Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await work();
  return performance.now() - from;
};

const [starts, idle]: number[][] = [[], []];
for (let round = 0; round < rounds; round++) {
  const pool = workerPool<typeof runs>(start);
  starts!.push(await milliseconds(() => pool.run('nothing', undefined).result));
  for (let i = 0; i < 20; i++) idle!.push(await milliseconds(() => pool.run('nothing', undefined).result));
  await pool.close();
}
console.log(`new worker: ${median(starts!).toFixed(0)} ms; idle worker: ${median(idle!).toFixed(2)} ms`);

const pool = workerPool<typeof runs>(start);
const times: Record<string, number[]> = {};
const ways: Record<string, () => Promise<number>> = {
  'main thread': () => secondsPerStep({ epochs }),
  'worker, nobody listening': () => pool.run('secondsPerStep', { epochs }).result,
  'worker, onStep every 100 ms': () => pool.run('secondsPerStep', { epochs }, { onStep: () => {} }).result,
  'worker, onStep at each step': () =>
    pool.run('secondsPerStep', { epochs }, { stepInterval: 0, onStep: () => {} }).result,
};
for (let round = 0; round < rounds; round++)
  for (const [name, way] of Object.entries(ways)) (times[name] ??= []).push(await way());
const base = Math.min(...times['main thread']!);
for (const [name, values] of Object.entries(times))
  console.log(
    `${name}: ${(1000 * Math.min(...values)).toFixed(3)} ms a step, ratio ${(Math.min(...values) / base).toFixed(2)}`,
  );
await pool.close();
