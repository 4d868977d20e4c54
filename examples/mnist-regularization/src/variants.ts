import type { Plugin } from '@espalier/core';
import { elasticNet, l1, l2, weightDecay } from '@espalier/regularizers';

/** One way to regularise the network. */
export interface Variant {
  readonly name: string;
  /** One sentence for the report. */
  readonly about: string;
  readonly dropout?: number;
  readonly batchNormalization?: boolean;
  /** Made again for each run. */
  readonly plugins?: () => readonly Plugin[];
}

/** The study: a baseline and six ways to do better on images that the network has not seen. */
export const variants: readonly Variant[] = [
  { name: 'baseline', about: 'No regularisation.' },
  {
    name: 'L1',
    about: 'Penalty 1e-4 x sum of |w|: drives many weights to zero.',
    plugins: () => [l1({ lambda: 1e-4 })],
  },
  {
    name: 'L2',
    about: 'Penalty 1e-4 x sum of w²: keeps all weights small.',
    plugins: () => [l2({ lambda: 1e-4 })],
  },
  {
    name: 'elastic net',
    about: 'Penalty 5e-5 x sum of |w| and 5e-5 x sum of w².',
    plugins: () => [elasticNet({ l1: 5e-5, l2: 5e-5 })],
  },
  { name: 'dropout', about: 'A quarter of each hidden layer is silent in each step.', dropout: 0.25 },
  {
    name: 'weight decay',
    about: 'Each step shrinks the weights by learning rate x 0.01, apart from the gradient (as AdamW).',
    plugins: () => [weightDecay({ rate: 0.01 })],
  },
  {
    name: 'batch norm',
    about: 'Batch normalisation before each hidden activation.',
    batchNormalization: true,
  },
];
