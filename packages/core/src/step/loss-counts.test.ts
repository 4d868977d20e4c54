import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import type { Dataset } from '../data/dataset.js';
import { Trainer } from '../run/trainer.js';
import { momentum } from '../toy-parts.fixture.js';
import type { Loss } from './loss.js';

beforeAll(() => tf.setBackend('cpu'));

/** Four examples of input 1; targets below 0 are ignored, others count as much as they are. */
const TARGETS = [1, 2, -1, 4];
const WEIGHTS = [1, 0.5, 1, 2];
const floats = (values: number[], width = 1) => ({
  data: Float32Array.from(values),
  shape: [values.length / width, width],
  dtype: 'float32' as const,
});
const data = (weighted = false): Dataset => ({
  size: 4,
  inputs: { input: { shape: [1], dtype: 'float32' } },
  targets: { target: { shape: [1], dtype: 'float32' } },
  batch: (indices) => ({
    inputs: { input: floats([...indices].map(() => 1)) },
    targets: { target: floats([...indices].map((i) => TARGETS[i]!)) },
    ...(weighted && {
      weights: {
        target: { ...floats([...indices].map((i) => WEIGHTS[i]!)), shape: [indices.length] },
      },
    }),
  }),
});

/** Output times target: its mean over what counts is sum(y t) / sum(t), so that its slope in the kernel is 1 - whatever the batch. */
const counted = (targets: tf.Tensor): tf.Tensor1D => tf.reshape(tf.relu(targets), [-1]);
const loss: Loss = {
  name: 'counting',
  perExample: (outputs, targets) => tf.mul<tf.Tensor1D>(tf.reshape(outputs, [-1]), counted(targets)),
  counts: (_, targets) => counted(targets),
};

const model = (): tfl.LayersModel =>
  tfl.sequential({
    layers: [
      tfl.layers.dense({
        units: 1,
        useBias: false,
        inputShape: [1],
        kernelInitializer: tfl.initializers.constant({ value: 3 }),
      }),
    ],
  });

test.each([
  ['examples', 4, false],
  ['examples', 1, false],
  ['weights', 4, true],
  ['weights', 3, true],
] as const)(
  'a mean by %s in batches of %i divides by what counts',
  async (lossReduction, batchSize, weighted) => {
    const trainer = new Trainer({ model: model(), loss, lossReduction, optimizer: momentum(0) });
    const { epochs } = await trainer.fit(data(weighted), { epochs: 1, batchSize });
    // Every output is 3.
    expect(epochs[0]!['loss']).toBeCloseTo(3, 6);
    expect((await trainer.evaluate(data(weighted)))['loss']).toBeCloseTo(3, 6);
  },
);

test('by examples, weights of examples multiply the losses alone', async () => {
  const trainer = new Trainer({ model: model(), loss, optimizer: momentum(0) });
  const { loss: value } = await trainer.evaluate(data(true));
  expect(value).toBeCloseTo((3 * (1 + 0.5 * 2 + 2 * 4)) / (1 + 2 + 4), 6);
});

test('a step follows that mean, and accumulated batches count as what is in them', async () => {
  for (const accumulate of [1, 2]) {
    const own = model();
    const trainer = new Trainer({ model: own, loss, accumulate, optimizer: momentum(0.5) });
    await trainer.fit(data(), { epochs: 1, shuffle: false, batchSize: 4 / accumulate });
    expect(own.getWeights()[0]!.dataSync()[0]).toBeCloseTo(3 - 0.5, 6);
  }
});
