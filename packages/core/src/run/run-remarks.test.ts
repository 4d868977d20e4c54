import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import type { Checkpoint } from './checkpoint.js';
import type { FitOptions } from './fit-options.js';
import type { Plugin } from './plugin.js';
import { Trainer } from './trainer.js';

beforeAll(() => tf.setBackend('cpu'));

const trainerOf = (plugins: readonly Plugin[], rate = 0.1, model = toyModel()): Trainer =>
  new Trainer({ model, loss: squaredError(), optimizer: momentum(rate), plugins }) as Trainer;

describe('a run whose loss is no longer finite', () => {
  const wild = { epochs: 4, batchSize: 2 };
  test('says so once, at the epoch where it happened', async () => {
    const record = await trainerOf([], 1e30).fit(digits(6), wild);
    expect(record.status).toBe('completed');
    const first = record.epochs.findIndex(({ loss }) => !Number.isFinite(loss));
    expect(record.epochs.at(-1)!['loss']).toBeNaN();
    expect(record.events).toEqual([
      {
        epoch: first,
        step: expect.any(Number),
        source: 'trainer',
        message: expect.stringMatching(/^the run is no longer finite: loss is (NaN|Infinity) after epoch/),
      },
    ]);
  });

  test('is not said of one that is', async () => {
    expect((await trainerOf([]).fit(digits(6), { ...wild, validation: digits(4) })).events).toEqual([]);
  });

  test('is said again by no resumed run', async () => {
    let saved:
      Awaited<ReturnType<Parameters<NonNullable<Plugin['onEpochEnd']>>[0]['checkpoint']>> | undefined;
    const saver: Plugin = {
      name: 'saver',
      onEpochEnd: async (run) => void (saved ??= await run.checkpoint()),
    };
    await trainerOf([saver], 1e30).fit(digits(6), wild);
    const { events } = await trainerOf([], 1e30).fit(digits(6), { ...wild, resumeFrom: saved! });
    expect(events).toHaveLength(1);
  });
});

describe('`trainable` changed', () => {
  const thaw = (model: tfl.LayersModel, hook: 'onEpochEnd' | 'onStepEnd' | 'onFitEnd'): Plugin => ({
    name: 'thaw',
    [hook]: () => void (model.layers[0]!.trainable = false),
  });
  test.each(['onEpochEnd', 'onStepEnd'] as const)('in %s is refused before the next step', async (hook) => {
    const model = toyModel();
    const steps: number[] = [];
    const count: Plugin = { name: 'count', onEpochEnd: ({ step }) => void steps.push(step) };
    const options = { epochs: 3, batchSize: 3 };
    await expect(trainerOf([count, thaw(model, hook)], 0.1, model).fit(digits(6), options)).rejects.toThrow(
      '`trainable` of a layer was changed in the middle of the run',
    );
    expect(steps).toEqual(hook === 'onEpochEnd' ? [2] : []);
  });

  test('when the run ends is that of the next', async () => {
    const model = toyModel();
    const trainer = trainerOf([thaw(model, 'onFitEnd')], 0.1, model);
    await trainer.fit(digits(6), { epochs: 1 });
    const before = await trainer.getWeights();
    await trainer.fit(digits(6), { epochs: 2 });
    expect(await trainer.getWeights()).toEqual(before);
  });
});

describe('a number that a plugin logs', () => {
  const logging = (logs: string[], name: string, value: unknown = 7): Plugin => ({
    name: 'logging',
    logs,
    onEpochEnd: (run) => run.log(name, value as number),
  });
  const fit = (...plugins: Plugin[]) => trainerOf(plugins).fit(digits(4), { epochs: 1 });

  test.each(['epoch', 'loss', 'learning_rate'])('cannot take the place of %s', async (name) => {
    const refusal = { code: 'duplicate-name', scope: 'logging' };
    await expect(fit(logging([name], name))).rejects.toMatchObject(refusal);
    // Nor without saying that it will.
    await expect(fit(logging([], name))).rejects.toThrow(`no plugin says that it logs that`);
  });

  test("is said beforehand, is no other plugin's, and is a number", async () => {
    await expect(fit(logging(['a'], 'b'))).rejects.toThrow("Give the plugin logs: ['b']");
    await expect(fit(logging(['a'], 'a'), { name: 'other', logs: ['a'] })).rejects.toMatchObject({
      code: 'duplicate-name',
    });
    await expect(fit(logging(['a'], 'a', 'high'))).rejects.toThrow(
      "log('a', ...) takes a number, got 'high'",
    );
    expect((await fit(logging(['a'], 'a'))).epochs[0]).toMatchObject({ epoch: 0, a: 7 });
  });
});

test('weights of several plugins: those of the last, and the record says whose are given up', async () => {
  const giving = (name: string, value: number): Plugin => ({
    name,
    finalWeights: () => ({ 'line/bias': { data: Float32Array.of(value), shape: [1], dtype: 'float32' } }),
  });
  const model = toyModel();
  const silent: Plugin = { name: 'silent', finalWeights: () => undefined };
  const { events } = await trainerOf([giving('a', 1), giving('b', 2), silent], 0.1, model).fit(digits(4), {
    epochs: 1,
  });
  expect(model.getWeights()[1]!.dataSync()[0]).toBe(2);
  expect(events.map(({ message }) => message)).toEqual([
    "the run ends with the weights of 'b', the last plugin in the list that has any; those of 'a' are given up. " +
      'Let the one whose weights you want come last.',
  ]);
  expect((await trainerOf([giving('a', 1), silent]).fit(digits(4), { epochs: 1 })).events).toEqual([]);
});

test('a model that is disposed during the run ends it with a word', async () => {
  const model = toyModel();
  const disposing: Plugin = { name: 'disposing', onEpochEnd: () => void model.dispose() };
  await expect(trainerOf([disposing], 0.1, model).fit(digits(4), { epochs: 3 })).rejects.toMatchObject({
    code: 'invalid-model',
    message: expect.stringContaining('the model has been disposed'),
  });
});

test('an output may be called as what every object has', async () => {
  const run = async (name: string): Promise<unknown> => {
    const model = tfl.sequential({
      layers: [tfl.layers.dense({ name, units: 1, inputShape: [2], kernelInitializer: 'ones' })],
    });
    return (await trainerOf([], 0.1, model).fit(digits(4), { epochs: 2, validation: digits(4) })).epochs;
  };
  const plain = await run('line');
  for (const name of ['constructor', 'toString', 'hasOwnProperty']) expect(await run(name)).toEqual(plain);
});

test('a scalar that throws names its owner', async () => {
  const throwing: Plugin = {
    name: 'throwing',
    scalars: {
      warmth: () => {
        throw new TypeError('boom');
      },
    },
  };
  await expect(trainerOf([throwing]).fit(digits(4), { epochs: 1 })).rejects.toThrow(
    "[throwing] warmth of schedule 'warmth' failed at step 0: boom",
  );
});

test('a run that is resumed with other settings of its optimizer says so, and one with the same nothing', async () => {
  let saved: Checkpoint | undefined;
  const saver: Plugin = { name: 'saver', onEpochEnd: async (run) => void (saved ??= await run.checkpoint()) };
  const resumed = async (rate: number, resumeFrom?: Checkpoint) => {
    const optimizer = { ...momentum(rate), config: { kind: 'momentum', learningRate: rate } };
    const trainer = new Trainer({ model: toyModel(), loss: squaredError(), optimizer, plugins: [saver] });
    return (await trainer.fit(digits(6), { epochs: 2, ...(resumeFrom ? { resumeFrom } : {}) })).events;
  };
  await resumed(0.1);
  expect(await resumed(0.1, saved)).toEqual([]);
  expect((await resumed(0.05, saved)).map(({ message }) => message)).toEqual([
    'resumed with other settings of the optimizer: {"kind":"momentum","learningRate":0.05} instead of ' +
      '{"kind":"momentum","learningRate":0.1}.',
  ]);
});

test('a run that is resumed with another activation, plugin of the step, or validation says so', async () => {
  let saved: Checkpoint | undefined;
  const saver: Plugin = { name: 'saver', onEpochEnd: async (run) => void (saved ??= await run.checkpoint()) };
  const decay = (rate: number): Plugin => ({
    name: 'decay',
    config: { kind: 'decay', rate },
    transformParameters: (parameters) => parameters,
  });
  const modelOf = (activation: 'linear' | 'tanh', seed: number): tfl.LayersModel =>
    tfl.sequential({
      layers: [
        tfl.layers.dense({
          units: 1,
          inputShape: [2],
          activation,
          kernelInitializer: tfl.initializers.glorotUniform({ seed }),
        }),
      ],
    });
  const run = async (
    model: tfl.LayersModel,
    plugins: readonly Plugin[],
    more: Pick<FitOptions, 'validation' | 'limit' | 'resumeFrom'>,
  ): Promise<string[]> =>
    (await trainerOf(plugins, 0.1, model).fit(digits(6), { epochs: 2, ...more })).events.map(
      ({ message }) => message,
    );
  const validation = digits(4);
  await run(modelOf('linear', 1), [saver, decay(1)], { validation });
  const resumed = (
    model: tfl.LayersModel,
    plugins: readonly Plugin[],
    more: Pick<FitOptions, 'validation' | 'limit'> = { validation },
  ) => run(model, plugins, { ...more, resumeFrom: saved! });
  // Where weights began, and plugins that only watch, change nothing.
  expect(await resumed(modelOf('linear', 2), [decay(1)])).toEqual([]);
  expect(await resumed(modelOf('tanh', 1), [decay(1)])).toEqual([
    'resumed with other settings (activation, rate, ...) of the layers Dense#1.',
  ]);
  expect(await resumed(modelOf('linear', 1), [decay(2)])).toEqual([
    'resumed with other settings of the plugins in the step: [{"kind":"decay","rate":2}] ' +
      'instead of [{"kind":"decay","rate":1}].',
  ]);
  expect(await resumed(modelOf('linear', 1), [])).toHaveLength(1);
  expect(await resumed(modelOf('linear', 1), [decay(1)], { validation: digits(5) })).toEqual([
    'resumed with other validation data: val_ numbers before and after are not of the same examples.',
  ]);
  expect(await resumed(modelOf('linear', 1), [decay(1)], { validation, limit: { validation: 1 } })).toEqual([
    'resumed with other settings of the limit of validation: 1 instead of null.',
  ]);
});
