import { EspalierError } from '@espalier/core';
import { serveRuns } from '@espalier/workers';
import { startEngine } from './engine.js';
import { loadData } from './load-data.js';
import type { Engine } from './options.js';
import { runVariant, type StudyData } from './study.js';
import { variants } from './variants.js';

/** One run of the study. */
export interface VariantRun {
  readonly variant: string;
  readonly seed: number;
  /** Decides which images are for validation: the same in every run. */
  readonly splitSeed: number;
  readonly epochs: number;
  readonly quick: boolean;
  readonly engine: Engine;
}

/** Loaded once in each thread. */
let loading: Promise<StudyData> | undefined;

/** What the threads do. */
export const runs = serveRuns({
  variant: async ({ variant: name, seed, splitSeed, epochs, quick, engine }: VariantRun, job) => {
    const variant = variants.find((one) => one.name === name);
    if (!variant)
      throw new EspalierError({
        code: 'invalid-option',
        scope: 'mnist-regularization',
        message: `there is no way '${name}'.`,
      });
    const executor = await startEngine(engine, (line) => job.report(line));
    const data = await (loading ??= loadData(splitSeed, quick));
    const { variant: _, ...result } = await runVariant(variant, {
      data,
      seed,
      epochs,
      executor,
      plugins: [job.plugin()],
    });
    return result;
  },
});
