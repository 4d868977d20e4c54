import { magnitudePruning, weightMasks } from '../src/index.js';
import { badSelection } from './bad-selection.js';

/** Of the output layer of the contract's model. */
const masks = {
  'output/kernel': {
    data: Float32Array.of(1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0),
    shape: [4, 3],
    dtype: 'float32',
  },
} as const;

/** The contract of what prunes. */
export const pruningEntries = {
  magnitudePruning: {
    // Decided on the weights of the start, on which all executors agree: rounding that decides between two weights makes a large difference.
    variants: { 'at the start': () => magnitudePruning({ sparsity: 0.2 }) },
    neutral: () => magnitudePruning({ sparsity: 0 }),
    bad: {
      'sparsity 1': () => magnitudePruning({ sparsity: 1 }),
      'no sparsity': () => magnitudePruning({} as never),
      'from half a step': () => magnitudePruning({ sparsity: 0.5, from: { step: 0.5 } }),
      'every 0': () => magnitudePruning({ sparsity: 0.5, until: { epoch: 2 }, every: 0 }),
      'power 0': () => magnitudePruning({ sparsity: 0.5, until: { epoch: 2 }, power: 0 }),
      'unknown scope': () => magnitudePruning({ sparsity: 0.5, scope: 'network' as never }),
      ...badSelection((options) => magnitudePruning({ sparsity: 0.5, ...options })),
    },
  },
  weightMasks: {
    variants: { 'of a kernel': () => weightMasks({ masks }) },
    bad: {
      'no masks': () => weightMasks({ masks: {} }),
      'a number': () => weightMasks({ masks: 1 as never }),
      'empty name': () => weightMasks({ masks, name: '' }),
    },
  },
};
