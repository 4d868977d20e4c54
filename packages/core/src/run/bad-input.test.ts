import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Dataset } from '../data/dataset.js';
import type { FitOptions } from './fit-options.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import { Trainer } from './trainer.js';
import type { TrainerOptions } from './trainer-options.js';

beforeAll(() => tf.setBackend('cpu'));

function trainer(extra: Partial<TrainerOptions> = {}): Trainer {
  return new Trainer({
    model: toyModel(),
    loss: squaredError(),
    optimizer: momentum(0.1),
    ...extra,
  } as TrainerOptions as never);
}

/** Six examples, with `change` done to their arrays. */
function changed(
  change: (arrays: NonNullable<Dataset['arrays']>) => NonNullable<Dataset['arrays']>,
): Dataset {
  const data = digits(6);
  return { ...data, arrays: change(data.arrays!) };
}

const withInput = (x: Float32Array, shape: number[]): Dataset =>
  changed((arrays) => ({ ...arrays, inputs: { input: { data: x, shape, dtype: 'float32' } } }));

describe('refused before the first step, with nothing left behind', () => {
  test.each<[string, Dataset, Partial<FitOptions>, string]>([
    ['epochs 0', digits(6), { epochs: 0 }, 'epochs must be a whole number >= 1, got 0'],
    ['batch size 0', digits(6), { batchSize: 0 }, 'batchSize must be a whole number >= 1, got 0'],
    [
      'a fractional batch size',
      digits(6),
      { batchSize: 2.5 },
      'batchSize must be a whole number >= 1, got 2.5',
    ],
    ['no data', { ...digits(1), size: 0 }, {}, 'the data set has 0 examples'],
    [
      'NaN in an input',
      withInput(
        Float32Array.from({ length: 12 }, (_, i) => (i === 7 ? NaN : i)),
        [6, 2],
      ),
      {},
      "input 'line_input' has NaN in example 3",
    ],
    [
      'an infinite input',
      withInput(
        Float32Array.from({ length: 12 }, (_, i) => (i === 0 ? -Infinity : i)),
        [6, 2],
      ),
      {},
      "input 'line_input' has -Infinity in example 0",
    ],
    [
      'counts that differ',
      withInput(new Float32Array(10), [5, 2]),
      {},
      "'line_input' has 5 examples and 'line' has 6",
    ],
    [
      'examples of another shape',
      { ...digits(6), inputs: { input: { shape: [3], dtype: 'float32' } } },
      {},
      "input 'line_input' of the model takes examples of shape [2], the data has [3]",
    ],
    [
      'validationEvery without validation',
      digits(6),
      { validationEvery: { steps: 2 } },
      'validation must be a data set where validationEvery is given',
    ],
  ])('%s', async (_, data, options, message) => {
    const plugin = { name: 'watch', onFitStart: () => Promise.reject(new Error('the run began')) };
    const subject = trainer({ plugins: [plugin] });
    const before = tf.memory().numTensors;
    await expect(subject.fit(data, { epochs: 1, ...options })).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a batch larger than the data is one short batch', async () => {
    const record = await trainer().fit(digits(3), { epochs: 1, batchSize: 1000 });
    expect(record.epochs[0]!['loss']).toBeGreaterThan(0);
  });

  test('a layer that is in another model, whose run has not ended', async () => {
    const shared = tfl.layers.dense({ name: 'shared', units: 1, inputShape: [2] });
    const models = [0, 1].map(() => {
      const input = tfl.input({ shape: [2] });
      return tfl.model({ inputs: input, outputs: shared.apply(input) as tfl.SymbolicTensor });
    });
    const fits = models.map((model) => trainer({ model }).fit(digits(4), { epochs: 2 }));
    const [first, second] = await Promise.allSettled(fits);
    expect(first).toMatchObject({ status: 'fulfilled' });
    expect(String((second as PromiseRejectedResult).reason)).toContain(
      "'shared/kernel', a weight that another model has, too, is used by another run that has not ended",
    );
    await trainer({ model: models[1]! }).fit(digits(4), { epochs: 1 });
  });

  test('two plugins of one name', () => {
    expect(() => trainer({ plugins: [{ name: 'same' }, { name: 'same' }] })).toThrow(
      "two plugins are called 'same'",
    );
  });

  test('a monitor of a metric that nobody produces, with the list of those that are', async () => {
    const plugin = { name: 'early-stopping', monitors: ['val_los'] };
    await expect(
      trainer({ plugins: [plugin] }).fit(digits(3), { epochs: 1, validation: digits(2) }),
    ).rejects.toThrow(
      '[early-stopping] monitor "val_los" is not produced by this run; it has: loss, val_loss, learning_rate.',
    );
    const needs = { name: 'early-stopping', monitors: ['val_loss'] };
    await expect(trainer({ plugins: [needs] }).fit(digits(3), { epochs: 1 })).rejects.toThrow(
      'Give fit a `validation` data set.',
    );
  });

  test('tensors as for model.fit, before anything is said of the options', async () => {
    const [x, y] = [tf.ones([2, 2]), tf.ones([2, 1])] as unknown as [Dataset, FitOptions];
    await expect(trainer().fit(x, y)).rejects.toThrow(
      'the data must be a data set, got a tensor; write fromArrays({ inputs: await x.array(), targets: await y.array() })',
    );
  });

  test.each([null, false, 0, ''])('validation data %j are named as such', async (validation) => {
    const options = { epochs: 1, validation } as unknown as FitOptions;
    await expect(trainer().fit(digits(3), options)).rejects.toThrow(
      'validation must be a data set or a stream',
    );
  });

  test('what is no model', () => {
    expect(() => trainer({ model: {} as never })).toThrow('model must be a tf.LayersModel, or an object');
    const foreign = { layers: [], predict: () => {} };
    expect(() => trainer({ model: foreign as never })).toThrow('another copy of @tensorflow/tfjs-layers');
  });

  test('a negative or fractional seed', () => {
    expect(() => trainer({ seed: -1 })).toThrow('seed must be a whole number >= 0');
    expect(() => trainer({ seed: 0.5 })).toThrow('seed must be a whole number >= 0');
  });

  test('a checkpoint of another model, seed, batch size or data', async () => {
    let saved: Awaited<ReturnType<import('./run.js').Run['checkpoint']>> | undefined;
    const saver = {
      name: 'saver',
      onFitEnd: async (run: import('./run.js').Run) => {
        saved = await run.checkpoint();
      },
    };
    await trainer({ plugins: [saver] }).fit(digits(6), { epochs: 1, batchSize: 2 });
    const resumeFrom = saved!;
    const resume = (subject: Trainer, data: Dataset, batchSize: number) =>
      subject.fit(data, { epochs: 2, batchSize, resumeFrom });
    await expect(resume(trainer({ seed: 1 }), digits(6), 2)).rejects.toThrow(
      'the checkpoint has seed 0, this run 1',
    );
    await expect(resume(trainer(), digits(6), 3)).rejects.toThrow(
      'the checkpoint has batchSize 2, this run 3',
    );
    await expect(resume(trainer(), digits(8), 2)).rejects.toThrow(
      'the checkpoint has examples 6, this run 8',
    );
    const slotless = { ...momentum(0.1), init: () => ({}) };
    await expect(resume(trainer({ optimizer: slotless }), digits(6), 2)).rejects.toThrow(
      "this run has no 'slots/velocity/line/kernel'",
    );
  });
});
