import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { HostArrays } from '../data/arrays.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import type { Metric } from '../step/metric.js';
import type { Checkpoint } from './checkpoint.js';
import { compose } from './compose.js';
import type { FitOptions } from './fit-options.js';
import type { Plugin } from './plugin.js';
import { Trainer } from './trainer.js';
import type { TrainerOptions } from './trainer-options.js';

beforeAll(() => tf.setBackend('cpu'));

function trainerOf(plugins: Plugin[], more: Partial<TrainerOptions> = {}) {
  const model = toyModel();
  return new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1), seed: 2, ...more, plugins });
}

const options: FitOptions = { epochs: 2, batchSize: 2 };

/** Weights that are all this number. */
const filled = (like: HostArrays, value: number): HostArrays =>
  Object.fromEntries(
    Object.entries(like).map(([name, array]) => [
      name,
      { ...array, data: new Float32Array(array.data.length).fill(value) },
    ]),
  );

describe('the weights that a run ends with', () => {
  test('are those of the last plugin that has any, from before the first onFitEnd', async () => {
    const seen: string[] = [];
    const giving = (name: string, value: number | undefined): Plugin => ({
      name,
      async onTrainEnd(run) {
        const first = Object.values(await run.getWeights())[0]!.data[0]!;
        seen.push(`${name} trained ${first !== 1 && first !== 2}`);
      },
      finalWeights: async (run) => (value === undefined ? undefined : filled(await run.getWeights(), value)),
      async onFitEnd(run) {
        seen.push(`${name} ends with ${Object.values(await run.getWeights())[0]!.data[0]}`);
      },
    });
    const trainer = trainerOf([giving('a', 1), giving('b', 2), giving('c', undefined)]);
    await trainer.fit(digits(4), options);
    expect(seen).toEqual([
      ...['a', 'b', 'c'].map((name) => `${name} trained true`),
      ...['a', 'b', 'c'].map((name) => `${name} ends with 2`),
    ]);
    const weights = await trainer.getWeights();
    expect(new Set(Object.values(weights).flatMap(({ data }) => [...data]))).toEqual(new Set([2]));
  });

  test('are those that training reached where an error ended it', async () => {
    const calls: string[] = [];
    const giving: Plugin = {
      name: 'giving',
      onTrainEnd: () => void calls.push('onTrainEnd'),
      finalWeights: async (run) => {
        calls.push('finalWeights');
        return filled(await run.getWeights(), 1);
      },
      onStepEnd() {
        throw new Error('boom');
      },
    };
    await expect(trainerOf([giving]).fit(digits(4), options)).rejects.toThrow(
      '[giving] onStepEnd failed: boom',
    );
    expect(calls).toEqual([]);
  });
});

describe('parameters for evaluation', () => {
  test('validation uses them, training goes on with its own', async () => {
    const zeros: Plugin = {
      name: 'zeros',
      stepState: {
        init: (parameters) =>
          Object.fromEntries(Object.entries(parameters).map(([n, p]) => [n, tf.zerosLike(p)])),
        update: (state) => state,
      },
      evaluationParameters: (_parameters, state) => state,
    };
    const data = digits(4);
    const validated = await trainerOf([zeros]).fit(data, { ...options, validation: data });
    const plain = await trainerOf([]).fit(data, { ...options, validation: data });
    const losses = (key: string, { epochs }: typeof plain) => epochs.map((line) => line[key]);
    expect(losses('loss', validated)).toEqual(losses('loss', plain));
    // A model of zeros gives zeros: the loss is the mean of the squared targets.
    const all = await data.batch(Uint32Array.of(0, 1, 2, 3));
    const targets = [...Object.values(all.targets)[0]!.data];
    const expected = targets.reduce((sum, target) => sum + target ** 2, 0) / targets.length;
    for (const loss of losses('val_loss', validated)) expect(loss).toBeCloseTo(expected, 5);
    expect(losses('val_loss', plain)).not.toEqual(losses('val_loss', validated));
  });
});

describe('what a plugin can read', () => {
  test('its own tensors, the outputs of a validation, and the model while a run goes on', async () => {
    const model = toyModel();
    let counted: HostArrays | undefined;
    const outputs: number[] = [];
    const differences: number[] = [];
    const reader: Plugin = {
      name: 'reader',
      stepState: {
        init: () => ({ steps: tf.scalar(0) }),
        update: ({ steps }) => ({ steps: tf.add(steps!, 1) }),
      },
      async onStepEnd(run) {
        const predicted = (await trainer.predict(tf.ones([1, 2]))) as tf.Tensor;
        await run.syncModel();
        const direct = model.predict(tf.ones([1, 2])) as tf.Tensor;
        differences.push(predicted.dataSync()[0]! - direct.dataSync()[0]!);
        tf.dispose([predicted, direct]);
      },
      onValidationBatch: (_run, batch) => void outputs.push(...Object.values(batch.outputs)[0]!.data),
      async onFitEnd(run) {
        counted = await run.stepState('reader');
      },
    };
    const trainer = trainerOf([reader], { model });
    await trainer.fit(digits(4), { ...options, epochs: 1, validation: digits(4) });
    expect(counted!['steps']!.data[0]).toBe(2);
    const predicted = (await trainer.predict(digits(4))) as tf.Tensor;
    expect(outputs).toEqual([...predicted.dataSync()]);
    expect(differences).toEqual([0, 0]);
  });
});

describe('a run that a plugin ended', () => {
  test('stays ended when it is resumed; one that was interrupted goes on', async () => {
    const stopped = async (resumable: boolean) => {
      let saved: Checkpoint | undefined;
      const stopper: Plugin = {
        name: 'stopper',
        async onEpochEnd(run) {
          if (run.epoch === 0) run.stop('enough', { resumable });
          saved ??= await run.checkpoint();
        },
      };
      await trainerOf([stopper]).fit(digits(4), { ...options, epochs: 4 });
      const quiet: Plugin = { name: 'stopper' };
      return trainerOf([quiet]).fit(digits(4), { ...options, epochs: 4, resumeFrom: saved! });
    };
    expect(await stopped(false)).toMatchObject({
      status: 'stopped',
      stopReason: 'enough',
      epochs: [{ epoch: 0 }],
    });
    expect((await stopped(true)).epochs).toHaveLength(4);
  });
});

describe('one object in two runs', () => {
  test('a plugin of a loop of your own that has not ended is refused, in a fit and in another loop', async () => {
    const shared: Plugin = { name: 'shared', onEpochEnd() {} };
    const loop = compose([shared]);
    await loop.fitStart();
    const refusal =
      "plugin 'shared' is used by another run that has not ended; await that run (a loop of your own ends";
    await expect(trainerOf([shared]).fit(digits(4), options)).rejects.toThrow(refusal);
    await expect(compose([shared]).fitStart()).rejects.toThrow(`[compose] ${refusal}`);
    await loop.fitEnd('failed');
    await trainerOf([shared]).fit(digits(4), options);
    // One whose beginning failed has not begun.
    const broken: Plugin = { name: 'broken', onFitStart: () => Promise.reject(new Error('boom')) };
    await expect(compose([shared, broken]).fitStart()).rejects.toThrow('boom');
    await trainerOf([shared]).fit(digits(4), options);
  });

  test('a plugin or a model of a run that goes on is refused by name, and free after it', async () => {
    const shared: Plugin = { name: 'shared', onEpochEnd() {} };
    const first = trainerOf([shared]);
    const running = first.fit(digits(4), options);
    await expect(trainerOf([shared]).fit(digits(4), options)).rejects.toThrow(
      "plugin 'shared' is used by another run",
    );
    await running;
    await trainerOf([shared]).fit(digits(4), options);
    const model = toyModel();
    const one = trainerOf([], { model }).fit(digits(4), options);
    await expect(trainerOf([], { model }).fit(digits(4), options)).rejects.toThrow(
      'the model is used by another run',
    );
    await one;
  });
});

const squares: Metric = {
  name: 'squares',
  sums: ({ outputs }) => ({ sum: tf.sum(tf.square(outputs)) }),
  result: ({ sum }) => sum![0]!,
};

describe('resuming with something else', () => {
  test.each<[string, Partial<FitOptions>, Partial<TrainerOptions>, string]>([
    ['order', { shuffle: false }, {}, 'shuffle true, this run false'],
    [
      'optimizer',
      {},
      { optimizer: { ...momentum(0.1), name: 'other' } },
      'optimizer momentum, this run other',
    ],
    ['accumulation', {}, { accumulate: 2 }, 'the checkpoint has'],
    ['seed', {}, { seed: 9 }, 'seed 2, this run 9'],
    ['weight of the loss', {}, { lossWeights: { line: 2 } }, 'lossWeights null, this run {"line":2}'],
    ['class weights', {}, { classWeights: { 1: 3 } }, 'classWeights null, this run {"line":{"1":3}}'],
    ['reduction', {}, { lossReduction: 'weights' }, 'lossReduction examples, this run weights'],
    [
      'set of metrics',
      {},
      { metrics: [squares] },
      'metrics in the middle of an epoch [[]], this run [[{"name":"squares"}]]',
    ],
  ])('another %s is refused', async (_, fit, trainer, message) => {
    let saved: Checkpoint | undefined;
    const saver: Plugin = {
      name: 'saver',
      onStepEnd: async (run) => void (saved ??= await run.checkpoint()),
    };
    await trainerOf([saver]).fit(digits(4), options);
    const resumed = trainerOf([], trainer).fit(digits(4), { ...options, ...fit, resumeFrom: saved! });
    await expect(resumed).rejects.toThrow(message);
  });

  test('other data of the same size are refused', async () => {
    let saved: Checkpoint | undefined;
    const saver: Plugin = {
      name: 'saver',
      onStepEnd: async (run) => void (saved ??= await run.checkpoint()),
    };
    await trainerOf([saver]).fit(digits(4), options);
    const data = digits(4);
    const inputs = Object.values(data.arrays!.inputs)[0]!;
    const name = Object.keys(data.arrays!.inputs)[0]!;
    const other = { ...inputs, data: inputs.data.map((value) => value + 1) as Float32Array };
    const changed = { ...data, arrays: { ...data.arrays!, inputs: { [name]: other } } };
    await expect(trainerOf([]).fit(changed, { ...options, resumeFrom: saved! })).rejects.toThrow(
      'the training data are not those',
    );
  });
});

describe('hooks around evaluate and predict', () => {
  test('run once each, with what is passed over', async () => {
    const seen: unknown[] = [];
    const watcher: Plugin = {
      name: 'watcher',
      onEvaluateStart: (pass) => void seen.push(['evaluate', pass]),
      onEvaluateEnd: (pass, values) => void seen.push([pass.examples, Object.keys(values)]),
      onPredictStart: (pass) => void seen.push(['predict', pass]),
      onPredictEnd: (pass) => void seen.push([pass.examples]),
    };
    const trainer = trainerOf([watcher]);
    await trainer.evaluate(digits(3), { batchSize: 2 });
    tf.dispose(await trainer.predict(tf.ones([2, 2])));
    expect(seen).toEqual([
      ['evaluate', { examples: 3, batchSize: 2 }],
      [3, ['loss']],
      ['predict', { examples: 2, batchSize: 256 }],
      [2],
    ]);
  });
});
