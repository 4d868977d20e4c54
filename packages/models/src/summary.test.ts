import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  cnn,
  mlp,
  MultiHeadAttention,
  seededInitializer,
  SpectralNormalization,
  summary,
  WeightNormalization,
} from './index.js';

beforeAll(() => tf.setBackend('cpu'));

const one = (layer: tfl.layers.Layer, shape: (number | null)[]) => {
  const inputs = tfl.input({ shape });
  return summary(tfl.model({ inputs, outputs: layer.apply(inputs) as tfl.SymbolicTensor })).layers.at(-1)!;
};

describe('summary', () => {
  it('counts what stands in an MLP', () => {
    const model = mlp({
      inputs: [28, 28],
      hidden: [64],
      outputs: 10,
      batchNormalization: 'after-activation',
    });
    const all = summary(model);
    expect(all.layers.map(({ name, parameters, multiplyAdds }) => [name, parameters, multiplyAdds])).toEqual([
      ['flatten', 0, 0],
      ['hidden_1', 784 * 64 + 64, 784 * 64],
      ['batch_norm_1', 4 * 64, 0],
      ['output', 64 * 10 + 10, 640],
    ]);
    expect(all).toMatchObject({
      parameters: model.countParams(),
      trainable: model.countParams() - 128,
      multiplyAdds: 784 * 64 + 640,
      parameterBytes: 4 * model.countParams(),
      activationBytes: 4 * (784 + 64 + 64 + 10),
      unknown: [],
    });
    expect(all.layers[2]).toMatchObject({ kind: 'BatchNormalization', trainable: 128 });
  });

  it('counts a CNN by the places of its outputs', () => {
    const all = summary(cnn({ inputs: [28, 28, 1], filters: [8], dense: [], outputs: 10 }));
    const at = (name: string) => all.layers.find((layer) => layer.name === name)!;
    expect(at('conv_1').multiplyAdds).toBe(28 * 28 * 9 * 8);
    expect(at('output').multiplyAdds).toBe(14 * 14 * 8 * 10);
    expect(at('conv_1').outputBytes).toBe(4 * 28 * 28 * 8);
  });

  it.each<[string, tfl.layers.Layer, number[], number]>([
    ['dense over places', tfl.layers.dense({ units: 4 }), [5, 3], 5 * 3 * 4],
    ['1-d convolution', tfl.layers.conv1d({ filters: 4, kernelSize: 3 }), [10, 2], 8 * 3 * 2 * 4],
    ['strides', tfl.layers.conv2d({ filters: 4, kernelSize: 3, strides: 2 }), [9, 9, 2], 16 * 9 * 2 * 4],
    ['depthwise', tfl.layers.depthwiseConv2d({ kernelSize: 3 }), [5, 5, 2], 9 * 9 * 2],
    ['separable', tfl.layers.separableConv2d({ filters: 4, kernelSize: 3 }), [5, 5, 2], 9 * (9 * 2 + 2 * 4)],
    ['transposed', tfl.layers.conv2dTranspose({ filters: 4, kernelSize: 3 }), [5, 5, 2], 25 * 9 * 2 * 4],
    [
      'lstm',
      tfl.layers.lstm({
        units: 4,
        recurrentInitializer: seededInitializer('orthogonal', { seed: 1, name: 'lstm/recurrent' }),
      }),
      [7, 3],
      7 * 4 * 4 * (3 + 4),
    ],
    [
      'attention',
      new MultiHeadAttention({ heads: 2, keySize: 3, valueSize: 5 }),
      [4, 6],
      4 * (6 * 6 * 2 + 6 * 10 + 10 * 6) + 4 * 4 * 2 * (3 + 5),
    ],
    [
      'a dense layer that is weight-normalised',
      new WeightNormalization({ layer: tfl.layers.dense({ units: 4 }) }),
      [5, 3],
      5 * 3 * 4,
    ],
    [
      'a convolution that is spectrally normalised',
      new SpectralNormalization({ layer: tfl.layers.conv1d({ filters: 4, kernelSize: 3 }) }),
      [10, 2],
      8 * 3 * 2 * 4,
    ],
    ['an element-wise layer', tfl.layers.leakyReLU(), [4, 6], 0],
  ])('knows %s', (_, layer, shape, multiplyAdds) => {
    expect(one(layer, shape).multiplyAdds).toBe(multiplyAdds);
  });

  it('says what it does not know', () => {
    const inputs = tfl.input({ shape: [null, 3] });
    const dense = tfl.layers.dense({ units: 4, name: 'open' });
    const all = summary(tfl.model({ inputs, outputs: dense.apply(inputs) as tfl.SymbolicTensor }));
    expect(all.unknown).toEqual(['open']);
    expect(all.layers.at(-1)).toMatchObject({ multiplyAdds: null, outputBytes: null });
    expect(String(all)).toContain('0 multiply-adds an example, without open');
  });

  it('counts frozen and shared weights once, and prints a table', () => {
    const shared = tfl.layers.dense({ units: 3, name: 'shared' });
    const inputs = tfl.input({ shape: [3] });
    const first = shared.apply(inputs) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs, outputs: shared.apply(first) as tfl.SymbolicTensor });
    expect(model.countParams()).toBe(12);
    expect(summary(model).parameters).toBe(12);
    shared.trainable = false;
    const text = String(summary(mlp({ inputs: 2000, hidden: [600], outputs: 2 })));
    expect(text.split('\n')).toEqual([
      'layer     kind   output    parameters  multiply-adds',
      '--------  -----  --------  ----------  -------------',
      'hidden_1  Dense  [N, 600]   1,200,600      1,200,000',
      'output    Dense  [N, 2]         1,202          1,200',
      '',
      '1,201,802 parameters, 4.8 MB',
      '1,201,200 multiply-adds an example; 2.4 kB of outputs',
    ]);
    expect(String(summary(model))).toContain('12 of them not trained');
    expect(() => summary({} as never)).toThrow(/model must be a model of TensorFlow.js layers/);
  });
});
