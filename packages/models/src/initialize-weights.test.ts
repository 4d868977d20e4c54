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
