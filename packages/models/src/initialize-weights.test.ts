import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { prepareTfjs } from '@espalier/core/internal';
import { beforeAll, expect, test } from 'vitest';
import { initializeWeights } from './initialize-weights.js';

beforeAll(async () => {
  prepareTfjs();
  await tf.setBackend('cpu');
});

/** Layers of every sort, none with a name or seed; biases and averages are constant. */
const made = (): tfl.LayersModel =>
  tfl.sequential({
    layers: [
      tfl.layers.embedding({ inputDim: 5, outputDim: 4, inputLength: 6 }),
      tfl.layers.bidirectional({
        layer: tfl.layers.lstm({ units: 3, returnSequences: true }),
        mergeMode: 'concat',
      }),
      tfl.layers.timeDistributed({ layer: tfl.layers.dense({ units: 6 }) }),
      tfl.layers.reshape({ targetShape: [6, 6, 1] }),
      tfl.layers.separableConv2d({ filters: 3, kernelSize: 2 }),
      tfl.layers.batchNormalization(),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 50, kernelInitializer: 'heNormal' }),
      tfl.layers.dense({ units: 50, kernelInitializer: 'randomNormal' }),
      tfl.layers.dense({ units: 50, kernelInitializer: 'randomNormal' }),
    ],
  });

const valuesOf = (model: tfl.LayersModel): number[][] =>
  model.getWeights().map((weight) => [...weight.dataSync()]);

test('a model that is made again starts from the same weights, and from others by another seed', () => {
  const stock = valuesOf(made());
  const [one, same, other] = [7, 7, 8].map((seed) => valuesOf(initializeWeights(made(), { seed })));
  expect(one).toEqual(same);
  expect(one).toHaveLength(stock.length);
  for (const [i, values] of one!.entries()) {
    const constant = new Set(stock[i]).size <= 2;
    if (constant) expect(values).toEqual(stock[i]);
    else {
      expect(values).not.toEqual(stock[i]);
      expect(values).not.toEqual(other![i]);
    }
  }
  // Embedding, 4 of the LSTMs, dense, 2 of the convolution, 3 dense.
  expect(stock.filter((values) => new Set(values).size > 2)).toHaveLength(11);
  expect(one!.at(-2)).not.toEqual(one!.at(-4));
});

test('distributions stay those of the initializers', () => {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 200, inputShape: [100], kernelInitializer: 'glorotUniform' }),
      tfl.layers.dense({ units: 40, kernelInitializer: 'randomNormal' }),
      tfl.layers.dense({ units: 10, kernelInitializer: 'orthogonal' }),
    ],
  });
  const [glorot, , normal, , orthogonal] = valuesOf(initializeWeights(model, { seed: 3 }));
  const deviation = (values: readonly number[]): number =>
    Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
  expect(deviation(glorot!)).toBeCloseTo(Math.sqrt(2 / 300), 2);
  expect(glorot!.every((value) => Math.abs(value) <= Math.sqrt(6 / 300))).toBe(true);
  expect(deviation(normal!)).toBeCloseTo(0.05, 2);
  const column = (j: number): number[] => orthogonal!.filter((_, i) => i % 10 === j);
  const product = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  expect(product(column(0), column(0))).toBeCloseTo(1, 4);
  expect(product(column(0), column(1))).toBeCloseTo(0, 4);
});

/** Every stock layer with weights; those that begin at constants too draw at random here. */
const layerOf: Readonly<Record<string, () => tfl.layers.Layer>> = {
  conv1d: () =>
    tfl.layers.conv1d({ filters: 3, kernelSize: 2, inputShape: [6, 2], biasInitializer: 'randomUniform' }),
  conv2d: () => tfl.layers.conv2d({ filters: 3, kernelSize: 2, inputShape: [6, 6, 2] }),
  conv3d: () => tfl.layers.conv3d({ filters: 3, kernelSize: 2, inputShape: [4, 4, 4, 2] }),
  conv2dTranspose: () => tfl.layers.conv2dTranspose({ filters: 3, kernelSize: 2, inputShape: [6, 6, 2] }),
  conv3dTranspose: () => tfl.layers.conv3dTranspose({ filters: 3, kernelSize: 2, inputShape: [4, 4, 4, 2] }),
  separableConv2d: () =>
    tfl.layers.separableConv2d({
      filters: 3,
      kernelSize: 2,
      inputShape: [6, 6, 2],
      pointwiseInitializer: 'truncatedNormal',
    }),
  depthwiseConv2d: () =>
    tfl.layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, inputShape: [6, 6, 2] }),
  simpleRNN: () => tfl.layers.simpleRNN({ units: 3, inputShape: [4, 2] }),
  gru: () => tfl.layers.gru({ units: 3, inputShape: [4, 2] }),
  lstm: () => tfl.layers.lstm({ units: 3, inputShape: [4, 2], biasInitializer: 'randomNormal' }),
  rnn: () =>
    tfl.layers.rnn({
      cell: [tfl.layers.lstmCell({ units: 3 }), tfl.layers.gruCell({ units: 2 })],
      inputShape: [4, 2],
    }),
  convLstm2d: () => tfl.layers.convLstm2d({ filters: 2, kernelSize: 2, inputShape: [3, 4, 4, 1] }),
  timeDistributed: () =>
    tfl.layers.timeDistributed({
      layer: tfl.layers.bidirectional({
        layer: tfl.layers.lstm({ units: 2 }) as tfl.layers.RNN,
        mergeMode: 'sum',
      }),
      inputShape: [3, 4, 2],
    }),
  prelu: () => tfl.layers.prelu({ inputShape: [5], alphaInitializer: 'randomNormal' }),
  batchNormalization: () =>
    tfl.layers.batchNormalization({
      inputShape: [5],
      gammaInitializer: 'randomUniform',
      betaInitializer: 'randomNormal',
      movingMeanInitializer: 'randomNormal',
      movingVarianceInitializer: 'randomUniform',
    }),
  layerNormalization: () =>
    tfl.layers.layerNormalization({ inputShape: [5], gammaInitializer: 'randomUniform' }),
  nested: () =>
    tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 3, inputShape: [5] }),
        tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [3] })] }) as never,
      ],
    }) as never,
};

test.each(Object.keys(layerOf))('the seed decides all that %s draws, and nothing else', (kind) => {
  const make = (): tfl.LayersModel => tfl.sequential({ layers: [layerOf[kind]!()] });
  const [stock, again] = [valuesOf(make()), valuesOf(make())];
  const [one, same, other] = [7, 7, 8].map((seed) => valuesOf(initializeWeights(make(), { seed })));
  expect(one).toEqual(same);
  let random = 0;
  for (const [i, values] of one!.entries()) {
    if (String(stock[i]) === String(again[i])) expect(values).toEqual(stock[i]);
    else {
      expect(values).not.toEqual(other![i]);
      random++;
    }
  }
  expect(random).toBeGreaterThan(0);
});

test('a random bias of an LSTM leaves the bias of its forget gate 1', () => {
  const layer = tfl.layers.lstm({
    units: 3,
    inputShape: [4, 2],
    biasInitializer: 'randomNormal',
    unitForgetBias: true,
  });
  const bias = valuesOf(initializeWeights(tfl.sequential({ layers: [layer] }), { seed: 1 }))[2]!;
  expect(bias.map((value) => value === 1)).toEqual(bias.map((_, i) => i >= 3 && i < 6));
});

test('a seed of 0, which TensorFlow.js forgets where numbers are normal, is kept', () => {
  const kernel = (seed: number, run: number): number[] => {
    const kernelInitializer = tfl.initializers.glorotNormal({ seed });
    const layer = tfl.layers.dense({ name: 'only', units: 3, inputShape: [3], kernelInitializer });
    return valuesOf(initializeWeights(tfl.sequential({ layers: [layer] }), { seed: run }))[0]!;
  };
  expect(kernel(0, 1)).toEqual(kernel(0, 1));
  expect(kernel(0, 1)).toEqual(kernel(0, 2));
  expect(kernel(5, 1)).toEqual(kernel(5, 2));
});

test('a seed of an initializer is its own affair, and nothing is left behind', () => {
  const seeded = (): tfl.LayersModel =>
    tfl.sequential({
      layers: [
        tfl.layers.dense({
          units: 3,
          inputShape: [3],
          kernelInitializer: tfl.initializers.glorotUniform({ seed: 5 }),
        }),
      ],
    });
  expect(valuesOf(initializeWeights(seeded(), { seed: 1 }))).toEqual(valuesOf(seeded()));
  const model = made();
  const { numTensors } = tf.memory();
  expect(initializeWeights(model, { seed: 2 })).toBe(model);
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(() => initializeWeights({} as never, { seed: 2 })).toThrow(
    '[initialize-weights] it takes a LayersModel',
  );
  const foreign = { layers: [], predict: () => undefined };
  expect(() => initializeWeights(foreign as never, { seed: 2 })).toThrow(
    /^\[initialize-weights\] the model was made by another copy of @tensorflow\/tfjs-layers/,
  );
});
