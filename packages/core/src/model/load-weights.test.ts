import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import type { Checkpoint } from '../run/checkpoint.js';
import type { Plugin } from '../run/plugin.js';
import { Trainer } from '../run/trainer.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import { loadWeights } from './load-weights.js';

beforeAll(() => tf.setBackend('cpu'));

/** A run that leaves a checkpoint, whose plugin `halves` carries half of each parameter. */
async function trained() {
  let saved: Checkpoint | undefined;
  const halves: Plugin = {
    name: 'halves',
    stepState: {
      init: (parameters) => Object.fromEntries(Object.entries(parameters).map(([n, p]) => [n, tf.div(p, 2)])),
      update: (_, { parameters }) =>
        Object.fromEntries(Object.entries(parameters).map(([n, p]) => [n, tf.div(p, 2)])),
    },
    onFitEnd: async (run) => void (saved = await run.checkpoint()),
  };
  const model = toyModel();
  const trainer = new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1), plugins: [halves] });
  await trainer.fit(digits(8), { epochs: 2, batchSize: 2 });
  return { checkpoint: saved!, model };
}

const outputOf = (model: ReturnType<typeof toyModel>): number =>
  tf.tidy(() => (model.predict(tf.tensor2d([[1, 2]])) as tf.Tensor).dataSync()[0]!);

test('a model with the weights of a checkpoint predicts as the one that was trained', async () => {
  const { checkpoint, model } = await trained();
  const fresh = toyModel();
  expect(outputOf(fresh)).not.toBe(outputOf(model));
  loadWeights(fresh, checkpoint);
  expect(outputOf(fresh)).toBe(outputOf(model));
});

test('averages that a plugin carries can be the ones', async () => {
  const { checkpoint, model } = await trained();
  const fresh = toyModel();
  loadWeights(fresh, checkpoint, { averages: 'halves' });
  expect(outputOf(fresh)).toBeCloseTo(outputOf(model) / 2, 6);
  expect(() => loadWeights(fresh, checkpoint, { averages: 'ema' })).toThrow("no tensors of a plugin 'ema'");
});

test('weights by name, and what is not the model’s', async () => {
  const { checkpoint } = await trained();
  const fresh = toyModel();
  loadWeights(fresh, { 'line/bias': { data: Float32Array.of(7), shape: [1], dtype: 'float32' } });
  expect(fresh.getWeights()[1]!.dataSync()[0]).toBe(7);
  const { 'parameters/line/bias': _, ...arrays } = checkpoint.arrays;
  expect(() => loadWeights(fresh, { ...checkpoint, arrays })).toThrow("no weight 'line/bias'");
  const other = { 'line/bias': { data: new Float32Array(2), shape: [2], dtype: 'float32' } } as const;
  expect(() => loadWeights(fresh, other)).toThrow("weight 'line/bias' of shape [2] is not the model's");
});
