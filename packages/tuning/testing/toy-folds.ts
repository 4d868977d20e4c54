import type { Dataset, Plugin } from '@espalier/core';
import { Trainer } from '@espalier/core';
import {
  toyAccuracy,
  toyClasses,
  toyCrossEntropy,
  toyDataset,
  toyModel,
  toyOptimizer,
} from '@espalier/testkit';
import type { FoldData } from '../src/folds/cross-validate.js';
import type { FoldContext } from '../src/folds/fit-fold.js';

const data = toyClasses();

/** Folds of the toy data: every k-th example is validated on. */
export function folds(k: number): FoldData[] {
  const all = Array.from({ length: data.size }, (_, i) => i);
  const part = (indices: number[]): Dataset =>
    toyDataset(data.batch(Uint32Array.from(indices)) as Parameters<typeof toyDataset>[0]);
  return Array.from({ length: k }, (_, fold) => {
    const indices = all.filter((i) => i % k === fold);
    return { train: part(all.filter((i) => i % k !== fold)), validation: part(indices), indices };
  });
}

/** A trainer of the toy model. */
export const trainer = (plugins: readonly Plugin[], seed: number) =>
  new Trainer({
    model: toyModel(),
    loss: toyCrossEntropy(),
    optimizer: toyOptimizer(),
    metrics: [toyAccuracy()],
    plugins,
    seed,
  });
/** Three short epochs of it. */
export const training = {
  trainer: ({ plugin, seed }: FoldContext) => trainer([plugin], seed),
  fit: { epochs: 3, batchSize: 8 },
};
