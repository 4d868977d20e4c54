import * as tfl from '@tensorflow/tfjs-layers';
import type { ModelContractOptions } from '@espalier/testkit';
import { exportsContract, modelContract } from '@espalier/testkit';
import * as exported from './index.js';

interface Entry extends ModelContractOptions {
  readonly variants: Readonly<Record<string, (seed: number) => tfl.LayersModel>>;
}

const {
  AlphaDropout,
  cnn,
  GaussianDropout,
  GaussianNoise,
  GroupNormalization,
  IntegerLookup,
  mlp,
  MultiHeadAttention,
  Normalization,
  RmsNormalization,
  seededInitializer,
  SpatialDropout,
  SpectralNormalization,
  StochasticDepth,
  UnitNormalization,
  WeightNormalization,
} = exported;

const dense = { inputs: 3, hidden: [5, 4], outputs: 3 };
const image = { inputs: [6, 5, 2], outputs: 3, filters: [3, 2], dense: [4] } as const;

const models: Record<string, Entry> = {
  mlp: {
    variants: {
      plain: (seed) => mlp({ ...dense, seed }),
      linear: (seed) => mlp({ ...dense, hidden: [], seed }),
      'dropout, normalised before the activation': (seed) =>
        mlp({ ...dense, activation: 'tanh', dropout: 0.3, batchNormalization: 'before-activation', seed }),
      'layer normalisation, residual, activations of every kind': (seed) =>
        mlp({
          ...dense,
          hidden: [4, 4, 4, 4, 4, 4],
          residual: true,
          layerNormalization: 'before-activation',
          inputDropout: 0.1,
          activation: ['glu', 'rrelu', 'prelu', { name: 'celu', alpha: 0.5 }, 'sparsemax', 'squareplus'],
          biasInitializer: 'torchUniform',
          initializer: 'orthogonal',
          outputBias: [0.1, 0, -0.1],
          seed,
        }),
      'further activations': (seed) =>
        mlp({
          ...dense,
          hidden: [4, 4, 4, 4, 4, 4, 4, 4],
          activation: [
            'logSigmoid',
            'hardSwish',
            { name: 'hardTanh', min: -0.5, max: 2 },
            { name: 'hardShrink', lambda: 0.1 },
            { name: 'softShrink', lambda: 0.1 },
            'tanhShrink',
            { name: 'threshold', threshold: -1, value: 0.3 },
            { name: 'hardSigmoid', slope: 1 / 6 },
          ],
          seed,
        }),
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
      'residual blocks of two, strides, average pooling, dropout of channels, global head': (seed) =>
        cnn({
          ...image,
          inputs: [8, 9, 2],
          filters: [2, 3],
          kernelSize: [3, 1],
          convolutions: [2, 1],
          strides: [1, 2],
          residual: true,
          pooling: 'average',
          head: 'average',
          blockDropout: [0.2, 0],
          denseDropout: 0.1,
          activation: 'tanh',
          seed,
        }),
      'without pooling, greatest of each channel': (seed) =>
        cnn({
          ...image,
          filters: [4],
          pooling: 'none',
          head: 'max',
          layerNormalization: 'after-activation',
          seed,
        }),
    },
    bad: {
      'two rates for one block': () => cnn({ ...image, filters: [2], blockDropout: [0.1, 0.2] }),
      'an unknown pooling': () => cnn({ ...image, pooling: 'min' as never }),
      'too small an image': () => cnn({ inputs: [3, 3, 1], outputs: 2, filters: [2, 2] }),
      'two dimensions': () => cnn({ inputs: [8, 8] as never, outputs: 2 }),
      'kernel 0': () => cnn({ ...image, kernelSize: 0 }),
    },
  },
};

const reshape = () => tfl.layers.reshape({ targetShape: [3, 2], name: 'places' });

/** The layers in a row: what lacks a form on some executor is named there. */
const stacked = (seed: number, ...layers: tfl.layers.Layer[]) =>
  tfl.sequential({
    layers: [
      denseLayer(seed, 'in', { units: 6, inputShape: [3] }),
      ...layers,
      tfl.layers.flatten({ name: 'flat' }),
      denseLayer(seed, 'out', { units: 3 }),
    ],
  });

const denseLayer = (seed: number, name: string, options: { units: number; inputShape?: number[] }) =>
  tfl.layers.dense({
    ...options,
    name,
    kernelInitializer: seededInitializer('glorotUniform', { seed, name }),
  });

const layers: Readonly<Record<string, (seed: number) => tfl.LayersModel>> = {
  'preprocessing inside': (seed) => {
    const input = tfl.input({ shape: [3], name: 'input' });
    const normal = new Normalization({ mean: [0.5], variance: [1, 2, 4], name: 'normal' }).apply(input);
    const found = new IntegerLookup({ vocabulary: [0, 1], encoding: 'oneHot', name: 'found' }).apply(input);
    const rows = tfl.layers.flatten({ name: 'flat' }).apply(found) as tfl.SymbolicTensor;
    const all = tfl.layers.concatenate({ name: 'all' }).apply([normal as tfl.SymbolicTensor, rows]);
    const output = denseLayer(seed, 'out', { units: 3 }).apply(all) as tfl.SymbolicTensor;
    return tfl.model({ inputs: input, outputs: output });
  },
  noise: (seed) =>
    stacked(
      seed,
      new AlphaDropout({ rate: 0.2, seed, name: 'alpha' }),
      new GaussianDropout({ rate: 0.2, seed, name: 'gaussian' }),
      new GaussianNoise({ stddev: 0.1, seed, name: 'noise' }),
      reshape(),
      new SpatialDropout({ rate: 0.3, seed, name: 'spatial' }),
      new StochasticDepth({ rate: 0.3, seed, name: 'depth' }),
    ),
  'normalised kernels': (seed) =>
    stacked(
      seed,
      new WeightNormalization({ layer: denseLayer(seed, 'weight', { units: 6 }), name: 'weight' }),
      new SpectralNormalization({
        layer: denseLayer(seed, 'spectral', { units: 6 }),
        seed,
        name: 'spectral',
      }),
      reshape(),
    ),
  'normalisation and attention': (seed) =>
    stacked(
      seed,
      new GroupNormalization({ groups: 2, name: 'group' }),
      new RmsNormalization({ name: 'rms' }),
      reshape(),
      new MultiHeadAttention({
        heads: 2,
        keySize: 2,
        causal: true,
        dropout: 0.2,
        // The gradient of a key's bias is 0: optimizers that divide by its size would train it by rounding.
        bias: false,
        seed,
        name: 'attention',
      }),
      new UnitNormalization({ name: 'unit' }),
    ),
};

exportsContract({
  exported,
  factories: models,
  notFactories: new Set([
    ...Object.keys(exported).filter((name) => /^[A-Z]/.test(name)),
    ...[
      'calculateGain',
      'classPriors',
      'initializeWeights',
      'loadModel',
      'loadModelWeights',
      'readOnnxWeights',
      'readSafetensors',
      'registerLayers',
      'saveModel',
      'seededInitializer',
      'summary',
      'torchWeights',
      'writeSafetensors',
    ],
  ]),
});

for (const [name, { variants, ...options }] of Object.entries(models)) {
  Object.entries(variants).forEach(([variant, make], i) =>
    modelContract(`${name} (${variant})`, make, i === 0 ? options : {}),
  );
}

for (const [name, make] of Object.entries(layers)) modelContract(`layers (${name})`, make, {});
