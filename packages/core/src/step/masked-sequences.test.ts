import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Dataset } from '../data/dataset.js';
import type { HostArray } from '../data/arrays.js';
import { Trainer } from '../run/trainer.js';
import { momentum } from '../toy-parts.fixture.js';
import type { Loss } from './loss.js';
import type { Metric } from './metric.js';

beforeAll(() => tf.setBackend('cpu'));

const floats = (data: number[], shape: number[]): HostArray => ({
  data: Float32Array.from(data),
  shape,
  dtype: 'float32',
});

/** Two sequences of three steps, of which one and two are there; the targets of the others are 100. */
const INPUTS = [1, 0, 0, 2, 3, 0];
const TARGETS = [1, 100, 100, 2, 3, 100];
function data(targets = TARGETS, weights?: number[]): Dataset {
  const rows = (values: number[], indices: Uint32Array, width: number) =>
    [...indices].flatMap((i) => values.slice(i * width, (i + 1) * width));
  return {
    size: 2,
    inputs: { input: { shape: [3, 1], dtype: 'float32' } },
    targets: { target: { shape: [3, 1], dtype: 'float32' } },
    batch: (indices) => ({
      inputs: { input: floats(rows(INPUTS, indices, 3), [indices.length, 3, 1]) },
      targets: { target: floats(rows(targets, indices, 3), [indices.length, 3, 1]) },
      ...(weights && { weights: { target: floats(rows(weights, indices, 1), [indices.length]) } }),
    }),
  };
}

const squares = (outputs: tf.Tensor, targets: tf.Tensor): tf.Tensor1D => {
  const examples = outputs.shape[0]!;
  return tf.mean<tf.Tensor1D>(tf.reshape(tf.squaredDifference(outputs, targets), [examples, -1]), 1);
};
const loss: Loss = { name: 'mse', perExample: squares };
const mse: Metric<'mse', number> = {
  name: 'mse',
  sums({ outputs, targets, weights }) {
    const each = squares(outputs, targets);
    return weights
      ? { sum: tf.sum(tf.mul(each, weights)), weight: tf.sum(weights) }
      : { sum: tf.sum(each), weight: tf.scalar(each.shape[0]) };
  },
  result: (totals) => totals['sum']![0]! / totals['weight']![0]!,
};

/** Gives its input times `factor` for each step. */
const masked = (factor: number, ...after: tfl.layers.Layer[]): tfl.Sequential =>
  tfl.sequential({
    layers: [
      tfl.layers.masking({ inputShape: [3, 1] }),
      tfl.layers.simpleRNN({
        units: 1,
        activation: 'linear',
        returnSequences: true,
        useBias: false,
        kernelInitializer: tfl.initializers.constant({ value: factor }),
        recurrentInitializer: 'zeros',
      }),
      ...after,
    ],
  });
const trainerOf = (model: tfl.LayersModel, rate = 0) =>
  new Trainer({ model, loss, metrics: [mse], optimizer: momentum(rate) });

describe('steps that a mask hides', () => {
  test.each([1, 2])('count neither in the loss nor in metrics, in batches of %i', async (batchSize) => {
    const trainer = trainerOf(masked(2));
    // Outputs 2; 4, 6 against 1; 2, 3: errors 1, 2, 3.
    const expected = (1 + 4 + 9) / 3;
    const { epochs } = await trainer.fit(data(), {
      epochs: 1,
      batchSize,
      validation: data(),
      shuffle: false,
    });
    for (const name of ['loss', 'mse', 'val_loss', 'val_mse'])
      expect(epochs[0]![name], name).toBeCloseTo(expected, 5);
    const perfect = trainerOf(masked(1));
    expect(await perfect.evaluate(data(), { batchSize })).toMatchObject({ loss: 0, mse: 0 });
  });

  test('have no gradient: any targets there train to the same bits', async () => {
    const weightsAfter = async (padding: number): Promise<unknown> => {
      const model = masked(
        2,
        tfl.layers.timeDistributed({ layer: tfl.layers.dense({ units: 1, kernelInitializer: 'ones' }) }),
      );
      const targets = TARGETS.map((target) => (target === 100 ? padding : target));
      await trainerOf(model, 0.01).fit(data(targets), { epochs: 3, batchSize: 2 });
      return model.getWeights().map((weight) => [...weight.dataSync()]);
    };
    expect(await weightsAfter(100)).toEqual(await weightsAfter(-7));
  });

  test('accumulated batches of one make the step of one batch of two', async () => {
    const after = async (options: object, batchSize: number, weights?: number[]): Promise<number[]> => {
      const model = masked(2);
      const optimizer = momentum(0.01);
      await new Trainer({ model, loss, optimizer, ...options }).fit(data(TARGETS, weights), {
        epochs: 2,
        batchSize,
        shuffle: false,
      });
      return model.getWeights().flatMap((weight) => [...weight.dataSync()]);
    };
    const close = (a: number[], b: number[]) => a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 6));
    close(await after({ accumulate: 2 }, 1), await after({}, 2));
    const byWeights = { lossReduction: 'weights' };
    close(await after({ accumulate: 2, ...byWeights }, 1, [3, 0.5]), await after(byWeights, 2, [3, 0.5]));
  });

  test('leave weights of the examples to weigh the others', async () => {
    const trainer = trainerOf(masked(2));
    // Keras divides by the steps that count, PyTorch's rule by their weights.
    const { loss: mean, mse: weighted } = await trainer.evaluate(data(TARGETS, [3, 0.5]));
    expect(mean).toBeCloseTo((3 * 1 + 0.5 * (4 + 9)) / 3, 5);
    expect(weighted).toBeCloseTo((3 * 1 + 0.5 * (4 + 9)) / 4, 5);
  });

  test('a mask that ends in Flatten hides no outputs, though the sizes agree', async () => {
    const trainer = new Trainer({ model: masked(2, tfl.layers.flatten()), loss, optimizer: momentum(0) });
    const flat = data();
    const values = await trainer.evaluate({
      ...flat,
      targets: { target: { shape: [3], dtype: 'float32' } },
      batch: async (indices) => {
        const { inputs } = await flat.batch(indices);
        return { inputs, targets: { target: floats(TARGETS, [2, 3]) } };
      },
    });
    expect(values['loss']).toBeGreaterThan(1000);
  });

  test('targets without the steps are refused', async () => {
    const other: Dataset = {
      ...data(),
      targets: { target: { shape: [1], dtype: 'float32' } },
      batch: async (indices) => ({
        inputs: (await data().batch(indices)).inputs,
        targets: { target: floats([1, 2], [2, 1]) },
      }),
    };
    await expect(trainerOf(masked(2)).evaluate(other)).rejects.toThrow(
      'the model masks steps of its output [2, 3, 1], so its targets must begin with [2, 3], got [2, 1]',
    );
  });

  test('leave no tensor behind', async () => {
    const trainer = trainerOf(masked(2), 0.01);
    await trainer.fit(data(), { epochs: 1, batchSize: 2, validation: data() });
    const before = tf.memory().numTensors;
    await trainer.fit(data(), { epochs: 2, batchSize: 1, validation: data() });
    expect(tf.memory().numTensors).toBe(before);
  });
});
