import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { digits, momentum, squaredError } from '../toy-parts.fixture.js';
import { bindModel } from '../model/model.js';
import type { Checkpoint } from './checkpoint.js';
import type { Metric } from '../step/metric.js';
import type { Plugin } from './plugin.js';
import { Trainer } from './trainer.js';

beforeAll(() => tf.setBackend('cpu'));

/** TensorFlow.js gives its layers other names each time that it is called. */
function unnamedModel(): tfl.LayersModel {
  const from = (seed: number) => tfl.initializers.glorotUniform({ seed });
  return tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 3, inputShape: [2], activation: 'tanh', kernelInitializer: from(1) }),
      tfl.layers.dropout({ rate: 0.5 }),
      tfl.layers.dense({ units: 1, kernelInitializer: from(2) }),
    ],
  });
}

const weightsOf = (model: tfl.LayersModel): number[][] => model.getWeights().map((w) => [...w.dataSync()]);

test('weights of layers without names are called by place', () => {
  const names = ['Dense#1/kernel', 'Dense#1/bias', 'Dense#2/kernel', 'Dense#2/bias'];
  for (const model of [unnamedModel(), unnamedModel()])
    expect(Object.keys(bindModel(model).weights())).toEqual(names);
});

test('weights inside a layer without a name, too', () => {
  const bidirectional = () =>
    tfl.sequential({
      layers: [
        tfl.layers.bidirectional({
          layer: tfl.layers.simpleRNN({ units: 1, recurrentInitializer: 'zeros' }) as tfl.layers.RNN,
          mergeMode: 'concat',
          inputShape: [2, 1],
        } as never),
      ],
    });
  const namesOf = () => Object.keys(bindModel(bidirectional()).weights());
  const names = namesOf();
  expect(namesOf()).toEqual(names);
  expect(names).toHaveLength(6);
  expect(names.every((name) => name.startsWith('Bidirectional#1/'))).toBe(true);
});

test('a run of a model without names is resumed in the same process, to the same bits', async () => {
  let saved: Checkpoint | undefined;
  const saving: Plugin = {
    name: 'saving',
    enforce: 'post',
    async onEpochEnd(run) {
      if (run.epoch === 1) saved = await run.checkpoint();
    },
  };
  const trainerOf = (model: tfl.LayersModel) =>
    new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1), plugins: [saving], seed: 3 });
  const [whole, resumed] = [unnamedModel(), unnamedModel()];
  await trainerOf(whole).fit(digits(8), { epochs: 4, batchSize: 2 });
  await trainerOf(resumed).fit(digits(8), { epochs: 4, batchSize: 2, resumeFrom: saved! });
  expect(weightsOf(resumed)).toEqual(weightsOf(whole));
});

test('a run with another loss is not taken for the same', async () => {
  let saved: Checkpoint | undefined;
  const saving: Plugin = {
    name: 'saving',
    async onEpochEnd(run) {
      saved ??= await run.checkpoint();
    },
  };
  const fit = (name: string, resumeFrom?: Checkpoint) =>
    new Trainer({
      model: unnamedModel(),
      loss: { ...squaredError(), name },
      optimizer: momentum(0.1),
      plugins: [saving],
    }).fit(digits(4), { epochs: 2, ...(resumeFrom && { resumeFrom }) });
  await fit('one');
  await expect(fit('other', saved)).rejects.toThrow('the checkpoint has losses ["one"], this run ["other"]');
});

test.each([1, 2])('a step that throws has used no data, with %i batches a step', async (accumulate) => {
  let saved: Checkpoint | undefined;
  let broken = true;
  const breaking: Plugin = {
    name: 'breaking',
    transformGradients(gradients, _parameters, step) {
      if (broken && step.training && steps === 1) throw new Error('out of order');
      return gradients;
    },
    onStepEnd: () => void steps++,
    async onError(run) {
      saved = await run.checkpoint();
    },
  };
  const squares: Metric = {
    name: 'squares',
    sums: ({ outputs }) => ({ sum: tf.sum(tf.square(outputs)) }),
    result: ({ sum }) => sum![0]!,
  };
  let steps = 0;
  const trainerOf = (model: tfl.LayersModel) =>
    new Trainer({
      model,
      loss: squaredError(),
      classWeights: { 0: 1, 1: 2 },
      metrics: [squares],
      optimizer: momentum(0.1),
      plugins: [breaking],
      accumulate,
    } as never);
  const [whole, resumed] = [unnamedModel(), unnamedModel()];
  const options = { epochs: 2, batchSize: 2 };
  await expect(trainerOf(unnamedModel()).fit(digits(8), options)).rejects.toThrow('out of order');
  broken = false;
  expect(saved!.step).toBe(1);
  const [expected, record] = [
    await trainerOf(whole).fit(digits(8), options),
    await trainerOf(resumed).fit(digits(8), { ...options, resumeFrom: saved! }),
  ];
  expect(weightsOf(resumed)).toEqual(weightsOf(whole));
  // The outputs are called otherwise, too.
  expect(record.epochs).toEqual(expected.epochs);
  expect(record.events).toEqual([]);
});
