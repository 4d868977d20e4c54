import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Dataset } from '../data/dataset.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import type { Checkpoint } from './checkpoint.js';
import type { FitOptions } from './fit-options.js';
import type { Plugin } from './plugin.js';
import { Trainer } from './trainer.js';

beforeAll(() => tf.setBackend('cpu'));

async function run(data: Dataset, options: FitOptions, plugins: readonly Plugin[] = []) {
  const trainer = new Trainer({
    model: toyModel(),
    loss: squaredError(),
    optimizer: momentum(0.1),
    plugins,
    seed: 1,
  });
  const record = await trainer.fit(data, { batchSize: 2, ...options });
  return { record, weights: await trainer.getWeights() };
}

/** Examples `from` to `to` of ten. */
function part(from: number, to: number): Dataset {
  const all = digits(10);
  return {
    size: to - from,
    inputs: all.inputs,
    targets: all.targets,
    batch: (indices) => all.batch(indices.map((index) => index + from)),
  };
}

describe('validationSplit', () => {
  // Keras trains on the first floor(n (1 - share)) examples.
  test.each([
    [0.3, 7],
    [0.25, 7],
    [0.5, 5],
    [0.9, 1],
  ])(
    '%d of ten examples trains on the first %i, and validates on the others',
    async (validationSplit, count) => {
      const split = await run(digits(10), { epochs: 2, validationSplit });
      const apart = await run(part(0, count), { epochs: 2, validation: part(count, 10) });
      expect(split.record.epochs).toEqual(apart.record.epochs);
      expect(split.weights).toEqual(apart.weights);
    },
  );

  test('resumes to the same bits', async () => {
    let saved: Checkpoint | undefined;
    const saver: Plugin = {
      name: 'saver',
      onStepEnd: async (now) => {
        if (now.step === 5) saved = await now.checkpoint();
      },
    };
    const options = { epochs: 3, validationSplit: 0.3 };
    const whole = await run(digits(10), options, [saver]);
    const resumed = await run(digits(10), { ...options, resumeFrom: saved! });
    expect(resumed.weights).toEqual(whole.weights);
    expect(resumed.record.epochs).toEqual(whole.record.epochs);
    await expect(run(digits(10), { ...options, validationSplit: 0.4, resumeFrom: saved! })).rejects.toThrow(
      'cannot resume',
    );
  });

  test('refuses a part without examples, a stream, and two kinds of validation', async () => {
    await expect(run(digits(10), { epochs: 1, validationSplit: 0.95 })).rejects.toThrow(
      'validationSplit 0.95 leaves 0 of 10 examples for training',
    );
    const stream = { inputs: {}, targets: {}, open: () => undefined } as never;
    await expect(run(stream, { epochs: 1, validationSplit: 0.5 })).rejects.toThrow('got a stream');
    const validation = digits(4);
    await expect(run(digits(10), { epochs: 1, validation, validationSplit: 0.5 })).rejects.toThrow(
      'validationSplit must be left out where validation is given',
    );
    for (const validationSplit of [0, 1, NaN])
      await expect(run(digits(10), { epochs: 1, validationSplit })).rejects.toThrow(
        'validationSplit must be a number',
      );
  });
});

describe('validateFirst', () => {
  test('validates once before the first step, notes it, and changes nothing', async () => {
    const at: number[] = [];
    const losses: number[] = [];
    const listener: Plugin = {
      name: 'listener',
      onValidationEnd: (now, logs) => {
        at.push(now.step);
        losses.push(logs['val_loss'] as number);
      },
    };
    const validation = digits(4);
    const plain = await run(digits(10), { epochs: 2, validation });
    const first = await run(digits(10), { epochs: 2, validation, validateFirst: true }, [listener]);
    expect(at).toEqual([0, 5, 10]);
    expect(first.record.events.map(({ step, message }) => [step, message])).toEqual([
      [0, `before the first step: val_loss ${losses[0]}`],
    ]);
    expect(first.record.epochs).toEqual(plain.record.epochs);
    expect(first.weights).toEqual(plain.weights);
  });

  test('not where a run resumes', async () => {
    let saved: Checkpoint | undefined;
    const saver: Plugin = {
      name: 'saver',
      onEpochEnd: async (now) => {
        saved ??= await now.checkpoint();
      },
    };
    const options = { epochs: 2, validation: digits(4), validateFirst: true };
    const whole = await run(digits(10), options, [saver]);
    const resumed = await run(digits(10), { ...options, resumeFrom: saved! });
    expect(resumed.record.events).toEqual(whole.record.events);
    expect(resumed.record.epochs).toEqual(whole.record.epochs);
    await expect(run(digits(10), { epochs: 1, validateFirst: true })).rejects.toThrow(
      'validation must be a data set where validateFirst is set',
    );
  });
});
