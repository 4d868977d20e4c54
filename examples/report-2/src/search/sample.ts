import { readFile } from 'node:fs/promises';
import type { RegressionParameters } from './spaces.js';
import type { Spent } from './spent.js';

/** Some configurations of the search, done by Espalier and by PyTorch. */
export interface Sample {
  /** Version. */
  readonly pytorch: string;
  readonly machine: string;
  readonly configurations: readonly {
    readonly trial: number;
    readonly parameters: RegressionParameters;
    readonly steps: number;
    readonly espalier: Spent & { readonly loss: number };
    readonly pytorch: Spent & { readonly loss: number };
  }[];
}

/** Where the sample is kept. */
export const sampleFile = new URL('../../search-sample.json', import.meta.url);

/** The kept sample; `undefined` where there is none. */
export async function readSample(): Promise<Sample | undefined> {
  const text = await readFile(sampleFile, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Sample);
}
