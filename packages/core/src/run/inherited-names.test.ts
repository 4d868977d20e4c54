import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import type { Plugin } from './plugin.js';
import { Trainer } from './trainer.js';

/* Every object has properties of these names, which a look-up by name finds. */

beforeAll(() => tf.setBackend('cpu'));

const trainerOf = (plugins: readonly Plugin[], model: tfl.LayersModel = toyModel()): Trainer =>
  new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1), plugins }) as Trainer;

const lineCalled = (name: string): tfl.LayersModel =>
  tfl.sequential({
    layers: [tfl.layers.dense({ name, units: 1, inputShape: [2], kernelInitializer: 'ones' })],
  });

test.each(['constructor', 'toString', 'valueOf'])('an output called %s is predicted', async (name) => {
  const predicted = (await trainerOf([], lineCalled(name)).predict(tf.tensor2d([[1, 2]]))) as tf.Tensor;
  expect([...predicted.dataSync()]).toEqual([3]);
});

test('a plugin sees what a layer called constructor gives', async () => {
  let seen: Record<string, unknown> | undefined;
  const observing: Plugin = {
    name: 'observing',
    observeLayer: (output) => ({ total: tf.sum(output) }),
    stepState: {
      init: () => ({}),
      update: (_state, { layers }) => {
        seen = { ...layers };
        return {};
      },
    },
  };
  await trainerOf([observing], lineCalled('constructor')).fit(digits(4), { epochs: 1 });
  expect(Object.keys(seen ?? {})).toEqual(['constructor']);
});

test('a scalar that nobody declares is none, whatever it is called', async () => {
  const asking: Plugin = {
    name: 'asking',
    transformGradients: (gradients, _parameters, step) => {
      step.scalar('toString');
      return gradients;
    },
  };
  await expect(trainerOf([asking]).fit(digits(4), { epochs: 1 })).rejects.toThrow(/toString/);
});

test('an input that TensorFlow.js would break at is refused by name', () => {
  const input = tfl.input({ shape: [2], name: 'toString' });
  const model = tfl.model({ inputs: input, outputs: tfl.layers.dense({ units: 1 }).apply(input) as never });
  expect(() => trainerOf([], model)).toThrow("layer 'toString' (InputLayer) has the name of a property");
});

test('__proto__, which no record or checkpoint can hold, is refused', () => {
  expect(() => trainerOf([{ name: '__proto__' }])).toThrow("a plugin cannot be called '__proto__'");
  const metric = { name: '__proto__', sums: () => ({}), result: () => 1 };
  expect(
    () =>
      new Trainer({
        model: toyModel(),
        loss: squaredError(),
        optimizer: momentum(0.1),
        metrics: [metric] as never,
      }),
  ).toThrow("a metric cannot be called '__proto__'");
});
