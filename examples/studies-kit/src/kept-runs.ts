import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochRecord, Evaluation } from 'espalier';
import type { Measurement } from './run-plan.js';

/** Finished work in a folder, by what it was made of. */
export class KeptRuns {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What is kept of this name and description, or `undefined` where there is none. A damaged file counts as none. */
  async get(name: string, description: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(this.#path(name, description), 'utf8'));
    } catch {
      return undefined;
    }
  }

  /** Keeps something: whole or not at all. */
  async set(name: string, description: string, work: unknown): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const path = this.#path(name, description);
    // Another process may be writing the same run.
    const part = `${path}.${process.pid}.part`;
    await writeFile(part, JSON.stringify(work));
    await rename(part, path);
  }

  #path(name: string, description: string): string {
    const digest = createHash('sha256').update(description).digest('hex').slice(0, 16);
    const readable = name.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^-+|-+$/g, '');
    return join(this.#folder, `${readable}-${digest}.json`);
  }
}

/** The run that was kept, if it is one of this row and seed that has these metrics. */
export function keptRun<E>(
  kept: unknown,
  {
    name,
    seed,
    metrics,
  }: { readonly name: string; readonly seed: number; readonly metrics: readonly string[] },
): Measurement<E & null> | undefined {
  const run = kept as Measurement<E & null> | undefined | null;
  if (run?.name !== name || run.seed !== seed || !Array.isArray(run.epochs)) return undefined;
  const parts = [run.train, run.test, ...('validation' in run ? [run.validation] : [])];
  if (!parts.every((part) => part && ['loss', ...metrics].every((metric) => metric in part)))
    return undefined;
  return {
    ...run,
    train: withNaN(run.train),
    ...(run.validation && { validation: withNaN(run.validation) }),
    test: withNaN(run.test),
    epochs: run.epochs.map((epoch: EpochRecord) => withNaN(epoch)),
  };
}

/** JSON has null for the figures of a run that diverged. */
function withNaN<F extends Evaluation | EpochRecord>(figures: F): F {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, value ?? NaN])) as F;
}
