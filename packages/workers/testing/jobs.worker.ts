import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, Plugin, RunRecord } from '@espalier/core';
import { EspalierError } from '@espalier/core';
import { toyRun } from '../../testkit/src/toy-run.js';
import { type Job, serveRuns } from '../src/index.js';

/** Kept between the jobs of one worker. */
const kept = { moved: new Float32Array(4).fill(1), copied: new Float32Array(4).fill(1), jobs: 0 };

/** Waits for another thread to raise the flag, blocking this one. */
function block(flag: Int32Array): void {
  while (Atomics.load(flag, 0) === 0) Atomics.wait(flag, 0, 0);
}

/** What the main thread's {@link runs.train} is. */
export interface TrainOptions {
  readonly epochs: number;
  /** Each step waits here until the main thread has raised the flag. */
  readonly blockSteps?: Int32Array;
  /** A remark at the end of this epoch. */
  readonly remarkAt?: number;
  /** An error at the end of this epoch. */
  readonly failAt?: number;
  /** The end of the thread at the end of this epoch. */
  readonly exitAt?: number;
}

/** Also for the main thread, to compare with. */
export async function train(
  { epochs, blockSteps, remarkAt, failAt, exitAt }: TrainOptions,
  plugins: readonly Plugin[],
): Promise<{ record: RunRecord; weights: HostArrays }> {
  await tf.setBackend('cpu');
  const script: Plugin = {
    name: 'script',
    logs: ['twice_epoch'],
    onStepEnd: () => void (blockSteps && block(blockSteps)),
    onEpochEnd(run) {
      run.log('twice_epoch', 2 * run.epoch);
      if (run.epoch === remarkAt) run.note('script', 'half way');
      if (run.epoch === failAt) throw new Error('no more');
      if (run.epoch === exitAt) process.exit(7);
    },
  };
  const { record, weights } = await toyRun({ plugins: [...plugins, script], fit: { epochs } });
  return { record, weights };
}

export const runs = serveRuns({
  train: (options: TrainOptions, job) => train(options, [job.plugin()]),
  /** Trains only once it was asked to stop. */
  async trainLate(options: TrainOptions, job: Job<'here'>) {
    job.report('here');
    await new Promise((resolve) => job.signal.addEventListener('abort', resolve));
    return train(options, [job.plugin()]);
  },
  echo: (value: unknown) => value,
  count: () => ++kept.jobs,
  report(values: readonly number[], job: Job<{ value: number }>) {
    for (const value of values) job.report({ value });
    return values.length;
  },
  reportFunction: (_: null, job) => job.report(() => 1),
  /** Ends when the main thread asks it to. */
  wait: (_: null, job) =>
    new Promise<string>((resolve) => {
      const end = (): void => resolve(`ended: ${String(job.signal.reason)}`);
      if (job.signal.aborted) end();
      else job.signal.addEventListener('abort', end);
    }),
  /** Tells that it is there, and waits for as many others. */
  async meet({ here, others }: { here: Int32Array; others: number }) {
    Atomics.add(here, 0, 1);
    Atomics.notify(here, 0);
    while (Atomics.load(here, 0) < others) Atomics.wait(here, 0, Atomics.load(here, 0));
    return true;
  },
  block: ({ flag }: { flag: Int32Array }) => block(flag),
  exit(code: number): void {
    process.exit(code);
  },
  uncaught: () =>
    new Promise<void>(() => {
      setTimeout(() => {
        throw new RangeError('nobody catches this');
      });
    }),
  exhaust() {
    const full: number[][] = [];
    for (;;) full.push(new Array<number>(1e5).fill(full.length));
  },
  throwEspalier(): void {
    const cause = new TypeError('underneath');
    throw new EspalierError({ code: 'checkpoint', scope: 'shelf', message: 'it is empty.', cause });
  },
  throwError(): void {
    throw new TypeError('not a function');
  },
  throwText(): void {
    throw 'just text';
  },
  returnFunction: () => () => 1,
  returnTensor: () => ({ deep: [tf.scalar(1)] }),
  moveOne: (_: null, job) => ({ moved: job.transfer(kept.moved), copied: kept.copied }),
  lengths: () => ({ moved: kept.moved.length, copied: kept.copied.length }),
});
