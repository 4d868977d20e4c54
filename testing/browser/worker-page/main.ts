import { workerPool } from '@espalier/workers';
import type { Problem } from '../page/problems.js';
import type { runs } from './train.worker.js';
import { type Engine, train, type Trained } from './training.js';

/** What the page offers to the test that opened it. */
export interface WorkerPage {
  trainHere(problem: Problem, engine: Engine): Promise<Trained>;
  trainInWorker(problem: Problem, engine: Engine): Promise<Trained & { readonly told: number }>;
  /** Draws this many frames from the first epoch of an endless run on, then stops it. */
  stopAfterFrames(engine: Engine, frames: number): Promise<Trained>;
  /** Draws this many frames while a worker never lets go of its thread, then ends it. */
  framesBesideSpin(frames: number): Promise<{ readonly frames: number; readonly error: Failure }>;
  /** How a job fails, and what the worker after it gives. */
  failure(job: 'uncaught' | 'close' | 'refuse'): Promise<Failure>;
  /** How a run fails whose worker's script is not there. */
  missing(): Promise<Failure>;
}

/** What is known of an error. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

const start = (): Worker => new Worker(new URL('./train.worker.ts', import.meta.url), { type: 'module' });
const pool = workerPool<typeof runs>(start);

const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));

const failureOf = (result: Promise<unknown>): Promise<Failure> =>
  result.then(
    () => ({ code: 'none', message: 'it did not fail' }),
    ({ code, message }: Failure) => ({ code, message }),
  );

const page: WorkerPage = {
  trainHere: (problem, engine) => train(problem, engine, 5, []),
  async trainInWorker(problem, engine) {
    let told = 0;
    const options = { problem, engine, epochs: 5 };
    const trained = await pool.run('train', options, { onEpoch: () => told++ }).result;
    return { ...trained, told };
  },
  async stopAfterFrames(engine, frames) {
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const run = pool.run('train', { problem: 'mlp', engine, epochs: 1e6 }, { onEpoch: () => begin() });
    await begun;
    for (let i = 0; i < frames; i++) await frame();
    run.stop(`after ${frames} frames`);
    return run.result;
  },
  async framesBesideSpin(frames) {
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const run = pool.run('spin', null, { onReport: () => begin() });
    await begun;
    let drawn = 0;
    for (; drawn < frames; drawn++) await frame();
    run.terminate('seen enough');
    return { frames: drawn, error: await failureOf(run.result) };
  },
  failure: (job) => failureOf(pool.run(job, null as never).result),
  async missing() {
    const nowhere = workerPool(() => new Worker('/nowhere.js', { type: 'module' }));
    return failureOf(nowhere.run('any', null).result);
  },
};

(globalThis as { espalier?: WorkerPage }).espalier = page;
