import { EspalierError } from '@espalier/core';
import { type Job, serveRuns } from '@espalier/workers';
import type { Problem } from '../page/problems.js';
import { type Engine, train } from './training.js';

interface Options {
  readonly problem: Problem;
  readonly engine: Engine;
  readonly epochs: number;
}

export const runs = serveRuns({
  train: ({ problem, engine, epochs }: Options, job) => train(problem, engine, epochs, [job.plugin()]),
  /** Never lets go of its thread. */
  spin(_: null, job: Job<'spinning'>): void {
    job.report('spinning');
    // Bundlers take an empty endless loop away.
    while (performance.now() >= 0);
  },
  uncaught: () =>
    new Promise<void>(() => {
      setTimeout(() => {
        throw new RangeError('nobody catches this');
      });
    }),
  close: () => new Promise<void>(() => self.close()),
  refuse(): void {
    throw new EspalierError({ code: 'checkpoint', scope: 'shelf', message: 'it is empty.' });
  },
});
