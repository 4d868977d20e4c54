import type * as tfl from '@tensorflow/tfjs-layers';
import type { ModelContractOptions } from '@espalier/testkit';
import { exportsContract, modelContract } from '@espalier/testkit';
import * as exported from './index.js';

interface Entry extends ModelContractOptions {
  readonly variants: Readonly<Record<string, (seed: number) => tfl.LayersModel>>;
}

const { cnn, mlp } = exported;

const dense = { inputs: 3, hidden: [5, 4], outputs: 3 };
const image = { inputs: [6, 5, 2], outputs: 3, filters: [3, 2], dense: [4] } as const;

const models: Record<string, Entry> = {
  mlp: {
    variants: {
      plain: (seed) => mlp({ ...dense, seed }),
      linear: (seed) => mlp({ ...dense, hidden: [], seed }),
      'dropout, normalised before the activation': (seed) =>
        mlp({ ...dense, activation: 'tanh', dropout: 0.3, batchNormalization: 'before-activation', seed }),
      'normalised after the activation': (seed) =>
        mlp({
          ...dense,
          inputs: [3, 1],
          activation: 'leakyRelu',
          batchNormalization: 'after-activation',
          seed,
        }),
    },
    bad: {
      'no inputs': () => mlp({ hidden: [], outputs: 1 } as never),
      'hidden 0': () => mlp({ ...dense, hidden: [0] }),
      'dropout 1': () => mlp({ ...dense, dropout: 1 }),
      'too few rates': () => mlp({ ...dense, dropout: [0.1] }),
      'unknown activation': () => mlp({ ...dense, activation: 'step' as never }),
      'seed 0.5': () => mlp({ ...dense, seed: 0.5 }),
    },
  },
  cnn: {
    variants: {
      plain: (seed) => cnn({ ...image, activation: 'tanh', seed }),
      'without normalisation, with dropout': (seed) =>
        cnn({ ...image, activation: 'elu', batchNormalization: false, dropout: 0.3, seed }),
    },
    bad: {
      'too small an image': () => cnn({ inputs: [3, 3, 1], outputs: 2, filters: [2, 2] }),
      'two dimensions': () => cnn({ inputs: [8, 8] as never, outputs: 2 }),
      'kernel 0': () => cnn({ ...image, kernelSize: 0 }),
    },
  },
};

exportsContract({
  exported,
  factories: models,
  notFactories: new Set(['BatchNormalization', 'Dropout', 'registerLayers', 'seededInitializer']),
});

for (const [name, { variants, ...options }] of Object.entries(models)) {
  Object.entries(variants).forEach(([variant, make], i) =>
    modelContract(`${name} (${variant})`, make, i === 0 ? options : {}),
  );
}
