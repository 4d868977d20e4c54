import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';

import type { CnnOptions, MlpOptions } from './index.js';
import { cnn, mlp } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

const layerNames = (model: tfl.LayersModel) => model.layers.map((layer) => layer.name);
const weightNames = (model: tfl.LayersModel) => model.weights.map((weight) => weight.originalName);
const weights = (model: tfl.LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);

describe('mlp', () => {
  it('has stable names and shapes, and ends in logits', () => {
    const model = mlp({ inputs: 8, hidden: [6, 4], outputs: 3, dropout: 0.2, name: 'small' });
    expect(model.name).toBe('small');
    expect(layerNames(model)).toEqual(['hidden_1', 'dropout_1', 'hidden_2', 'dropout_2', 'output']);
    expect(weightNames(model)).toEqual([
      'hidden_1/kernel',
      'hidden_1/bias',
      'hidden_2/kernel',
      'hidden_2/bias',
      'output/kernel',
      'output/bias',
    ]);
    expect(model.outputs[0]!.shape).toEqual([null, 3]);
    expect(model.getLayer('output').getConfig()['activation']).toBe('linear');
  });

  it('flattens shapes, and may have no hidden layer', () => {
    const model = mlp({ inputs: [4, 4, 2], hidden: [], outputs: 2 });
    expect(layerNames(model)).toEqual(['flatten', 'output']);
    expect((model.predict(tf.ones([3, 4, 4, 2])) as tf.Tensor).shape).toEqual([3, 2]);
    expect(layerNames(mlp({ inputs: 2, hidden: [], outputs: 1 }))).toEqual(['output']);
  });

  it('normalises before or after the activation', () => {
    const base: MlpOptions = { inputs: 2, hidden: [3], outputs: 1, dropout: [0.5] };
    const before = mlp({ ...base, batchNormalization: 'before-activation' });
    expect(layerNames(before)).toEqual(['hidden_1', 'batch_norm_1', 'activation_1', 'dropout_1', 'output']);
    expect(weightNames(before)).toEqual([
      'hidden_1/kernel',
      'batch_norm_1/gamma',
      'batch_norm_1/beta',
      'output/kernel',
      'output/bias',
      'batch_norm_1/moving_mean',
      'batch_norm_1/moving_variance',
    ]);
    const after = mlp({ ...base, batchNormalization: 'after-activation', batchNormalizationMomentum: 0.9 });
    expect(before.getLayer('batch_norm_1').getConfig()).toMatchObject({ momentum: 0.99 });
    expect(after.getLayer('batch_norm_1').getConfig()).toMatchObject({ momentum: 0.9 });
    expect(layerNames(after)).toEqual(['hidden_1', 'batch_norm_1', 'dropout_1', 'output']);
    expect(after.getLayer('hidden_1').getConfig()).toMatchObject({ activation: 'relu', useBias: true });
    const leaky = mlp({ ...base, activation: 'leakyRelu', batchNormalization: 'after-activation' });
    expect(layerNames(leaky)).toEqual(['hidden_1', 'activation_1', 'batch_norm_1', 'dropout_1', 'output']);
  });

  it('leaves out dropout of rate 0, and keeps the numbers of the others', () => {
    const model = mlp({ inputs: 2, hidden: [3, 3], outputs: 1, dropout: [0, 0.5] });
    expect(layerNames(model)).toEqual(['hidden_1', 'hidden_2', 'dropout_2', 'output']);
  });

  it('starts from weights that the seed decides, different in every layer', () => {
    const make = (seed?: number) =>
      weights(mlp({ inputs: 4, hidden: [4, 4], outputs: 4, ...(seed === undefined ? {} : { seed }) }));
    expect(make(3)).toEqual(make(3));
    expect(make(3)).not.toEqual(make(4));
    expect(make()).toEqual(make(0));
    const [first, bias, second, , third] = make(3);
    expect(first).not.toEqual(second);
    expect(second).not.toEqual(third);
    expect(bias).toEqual([0, 0, 0, 0]);
  });

  it('adds to each hidden layer what went into it, where the sizes agree', () => {
    const model = mlp({
      inputs: 4,
      hidden: [4, 3, 3],
      outputs: 2,
      residual: true,
      inputDropout: 0.1,
      seed: 1,
    });
    expect(layerNames(model).filter((name) => name.startsWith('add'))).toEqual(['add_1', 'add_3']);
    const outputs = ['hidden_1', 'add_1'].map((name) => model.getLayer(name).output as tfl.SymbolicTensor);
    const x = tf.tensor2d([[1, -2, 3, 0.5]]);
    const [hidden, added] = tfl.model({ inputs: model.inputs, outputs }).predict(x) as [tf.Tensor, tf.Tensor];
    expect([...tf.sub(added, hidden).dataSync()].map((value) => Math.round(value * 1e5) / 1e5)).toEqual([
      1, -2, 3, 0.5,
    ]);
  });

  it('normalises layers, with the epsilon asked for', () => {
    const model = mlp({
      inputs: 4,
      hidden: [4],
      outputs: 2,
      layerNormalization: 'before-activation',
      normalizationEpsilon: 0.5,
    });
    expect(layerNames(model)).toEqual(['hidden_1', 'layer_norm_1', 'activation_1', 'output']);
    expect(model.getLayer('layer_norm_1').getConfig()['epsilon']).toBe(0.5);
    expect(weightNames(model)).not.toContain('hidden_1/bias');
  });

  it('adding dropout changes no initial weight', () => {
    const plain: MlpOptions = { inputs: 4, hidden: [4], outputs: 2, seed: 1 };
    expect(weights(mlp({ ...plain, dropout: 0.5 }))).toEqual(weights(mlp(plain)));
  });

  it.each<[string, Partial<Record<keyof MlpOptions, unknown>>, RegExp]>([
    ['an unknown activation', { activation: 'relö' }, /activation must be one of 'relu'.*got 'relö'/],
    ['an unknown initializer', { initializer: 'xavier' }, /initializer must be one of 'glorotUniform'/],
    ['a dropout of 1', { dropout: 1 }, /dropout must be a number >= 0 and < 1, got 1/],
    ['a bad dropout among several', { dropout: [0.1, -1] }, /dropout\[1\] must be/],
    ['too few dropout rates', { dropout: [0.1] }, /dropout must be one rate, or 2 of them, got \[0.1\]/],
    ['no units', { hidden: [4, 0] }, /hidden\[1\] must be a whole number >= 1, got 0/],
    ['hidden that is no array', { hidden: 4 }, /hidden must be an array of whole numbers >= 1, got 4/],
    ['no outputs', { outputs: 0 }, /outputs must be a whole number >= 1, got 0/],
    ['no inputs', { inputs: undefined }, /inputs must be an array/],
    [
      'a bad place of normalisation',
      { batchNormalization: true },
      /batchNormalization must be false, 'before-activation' or/,
    ],
    [
      'a bad momentum',
      { batchNormalizationMomentum: 2 },
      /batchNormalizationMomentum must be a number >= 0 and <= 1/,
    ],
    ['a bad seed', { seed: -1 }, /seed must be a whole number/],
    ['an empty name', { name: '' }, /name must be a string that is not empty/],
  ])('refuses %s', (_, options, message) => {
    const all = { inputs: 4, hidden: [4, 4], outputs: 2, ...options } as MlpOptions;
    expect(() => mlp(all)).toThrow(message);
    expect(() => mlp(all)).toThrow(expect.objectContaining({ code: 'invalid-option', scope: 'mlp' }));
  });
});

describe('cnn', () => {
  it('has the blocks that it says, and halves the image in each', () => {
    const model = cnn({ inputs: [9, 8, 1], outputs: 10, filters: [2, 3], dense: [5], dropout: 0.25 });
    expect(layerNames(model)).toEqual([
      ...['conv_1', 'batch_norm_1', 'activation_1', 'pool_1'],
      ...['conv_2', 'batch_norm_2', 'activation_2', 'pool_2'],
      ...['dropout_1', 'flatten', 'hidden_1', 'output'],
    ]);
    expect(model.getLayer('pool_2').outputShape).toEqual([null, 2, 2, 3]);
    expect((model.predict(tf.ones([2, 9, 8, 1])) as tf.Tensor).shape).toEqual([2, 10]);
    expect(model.countParams()).toBe(9 * 2 + 4 * 2 + 9 * 2 * 3 + 4 * 3 + 12 * 5 + 5 + 5 * 10 + 10);
  });

  it('has residual blocks of several convolutions, strides, pooling, a head and dropout as asked for', () => {
    const model = cnn({
      inputs: [12, 12, 1],
      outputs: 3,
      filters: [4, 4],
      kernelSize: [5, 3],
      strides: [2, 1],
      convolutions: [2, 1],
      pooling: 'average',
      residual: true,
      head: 'average',
      blockDropout: [0.1, 0],
      dense: [6],
      denseDropout: 0.2,
      batchNormalization: false,
    });
    expect(new Set(layerNames(model))).toEqual(
      new Set([
        ...['inputs', 'conv_1_1', 'conv_1_2', 'add_1_projection', 'add_1', 'pool_1', 'block_dropout_1'],
        ...['conv_2', 'add_2', 'pool_2', 'global_pool', 'hidden_1', 'dense_dropout_1', 'output'],
      ]),
    );
    expect(model.getLayer('conv_1_1').outputShape).toEqual([null, 6, 6, 4]);
    expect(model.getLayer('conv_1_1').getWeights()[0]!.shape).toEqual([5, 5, 1, 4]);
    expect(model.getLayer('pool_2').getClassName()).toBe('AveragePooling2D');
    expect(model.getLayer('pool_2').outputShape).toEqual([null, 1, 1, 4]);
    // What went into the second block is added to its convolution's output.
    const [into, conv, added] = ['block_dropout_1', 'conv_2', 'add_2'].map(
      (name) => model.getLayer(name).output,
    );
    const parts = tfl.model({ inputs: model.inputs, outputs: [into, conv, added] as tfl.SymbolicTensor[] });
    const [a, b, sum] = parts.predict(tf.randomNormal([2, 12, 12, 1], 0, 1, 'float32', 1)) as tf.Tensor[];
    expect(tf.max(tf.abs(tf.sub(tf.add(a!, b!), sum!))).dataSync()[0]).toBe(0);
    expect(tf.max(tf.abs(sum!)).dataSync()[0]).toBeGreaterThan(0);
  });

  it('goes without normalisation and dense layers', () => {
    const model = cnn({ inputs: [4, 4, 3], outputs: 2, filters: [2], dense: [], batchNormalization: false });
    expect(layerNames(model)).toEqual(['conv_1', 'pool_1', 'flatten', 'output']);
    expect(weightNames(model)).toContain('conv_1/bias');
  });

  it.each<[string, Partial<Record<keyof CnnOptions, unknown>>, RegExp]>([
    [
      'images without channels',
      { inputs: [28, 28] },
      /inputs must be \[height, width, channels\], got \[28, 28\]/,
    ],
    [
      'images too small',
      { inputs: [8, 3, 1] },
      /inputs must be at least 4 x 4 for 2 blocks, got \[8, 3, 1\]/,
    ],
    ['bad filters', { filters: [1.5] }, /filters\[0\] must be a whole number >= 1/],
    ['a bad kernel size', { kernelSize: 0 }, /kernelSize must be a whole number >= 1/],
    ['a bad dropout', { dropout: 2 }, /dropout must be/],
  ])('refuses %s', (_, options, message) => {
    expect(() => cnn({ inputs: [8, 8, 1], outputs: 2, ...options } as CnnOptions)).toThrow(message);
  });
});

describe.each([
  [
    'mlp',
    () =>
      mlp({
        inputs: [4, 4, 1],
        hidden: [5, 4],
        outputs: 3,
        dropout: 0.3,
        batchNormalization: 'after-activation',
        seed: 2,
      }),
  ],
  [
    'mlp with leaky ReLU',
    () => mlp({ inputs: 16, hidden: [5], outputs: 3, activation: 'leakyRelu', initializer: 'heNormal' }),
  ],
  ['cnn', () => cnn({ inputs: [4, 4, 1], outputs: 3, filters: [2], dense: [4], dropout: 0.3, seed: 2 })],
] as const)('%s', (_, make) => {
  const data = (model: tfl.LayersModel) =>
    tf.randomUniform([6, ...(model.inputs[0]!.shape.slice(1) as number[])], 0, 1, 'float32', 1);

  it('survives JSON with its initial weights, and saving with trained ones', async () => {
    const model = make();
    const copy = await tfl.models.modelFromJSON(JSON.parse(model.toJSON() as string));
    expect(weights(copy)).toEqual(weights(model));
    expect(layerNames(copy)).toEqual(layerNames(model));
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    })); // prettier-ignore
    const loaded = await tfl.loadLayersModel(tf.io.fromMemory(saved!));
    const x = data(model);
    const outputs = (m: tfl.LayersModel) => [...(m.predict(x) as tf.Tensor).dataSync()];
    expect(outputs(loaded)).toEqual(outputs(model));
  });

  it('learns in model.fit, repeatably, without growth', async () => {
    const train = async () => {
      const model = make();
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const [x, y] = [data(model), tf.ones([6, 3])];
      const fit = (epochs: number) => model.fit(x, y, { epochs, batchSize: 6, shuffle: false, verbose: 0 });
      await fit(1);
      const before = tf.memory().numTensors;
      const { history } = await fit(20);
      expect(tf.memory().numTensors).toBe(before);
      return { losses: history['loss'] as number[], weights: weights(model) };
    };
    const first = await train();
    expect(first.losses.at(-1)).toBeLessThan(first.losses[0]!);
    expect(await train()).toEqual(first);
  });

  it('leaves nothing behind when disposed', () => {
    const before = tf.memory().numTensors;
    make().dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
