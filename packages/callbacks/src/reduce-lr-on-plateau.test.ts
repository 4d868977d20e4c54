import type { EpochLogs } from '@espalier/core';
import { scriptedRun } from '@espalier/testkit';
import { describe, expect, test } from 'vitest';
import keras from '../../../testing/references/callbacks/keras-callbacks.json' with { type: 'json' };
import torch from '../../../testing/references/callbacks/torch-callbacks.json' with { type: 'json' };
import { reduceLROnPlateau, type ReduceLROnPlateauOptions } from './reduce-lr-on-plateau.js';

type Options = Partial<ReduceLROnPlateauOptions>;
type Values = readonly (number | string)[];

const logsOf = (values: Values): EpochLogs[] => values.map((value) => ({ v: Number(value) }));

/** The rate after each epoch, starting from 1. */
async function ratesAfter(values: Values, options: Options): Promise<number[]> {
  const plugin = reduceLROnPlateau({ monitor: 'v', mode: 'min', ...options });
  const result = await scriptedRun({ plugins: [plugin], epochs: logsOf(values), learningRate: 1 });
  expect(result.error).toBeUndefined();
  return [...result.learningRates.slice(1), result.finalLearningRate];
}

function expectRates(ours: readonly number[], theirs: readonly number[]): void {
  expect(ours).toHaveLength(theirs.length);
  theirs.forEach((rate, i) => expect(ours[i]! / rate, `epoch ${i}`).toBeCloseTo(1, 6));
}

interface TorchOptions {
  readonly mode: 'min' | 'max';
  readonly factor: number;
  readonly patience: number;
  readonly threshold: number;
  readonly threshold_mode: string;
  readonly cooldown?: number;
  readonly min_lr?: number;
  readonly eps?: number;
}

/** PyTorch counts one epoch longer. */
function fromTorch(options: TorchOptions): Options {
  return {
    mode: options.mode,
    factor: options.factor,
    patience: options.patience + 1,
    minDelta: options.threshold,
    thresholdMode: options.threshold_mode === 'rel' ? 'relative' : 'absolute',
    cooldown: (options.cooldown ?? 0) + 1,
    minLearningRate: options.min_lr ?? 0,
    eps: options.eps ?? 1e-8,
  };
}

describe('reduceLROnPlateau', () => {
  test.each(keras.reduceLROnPlateau.map((entry, i) => [i, entry] as const))(
    'acts as Keras on sequence %i',
    async (_, { values, options, rates }) => {
      expectRates(await ratesAfter(values, options as Options), rates);
    },
  );

  test.each(torch.reduceLROnPlateau.map((entry, i) => [i, entry] as const))(
    'acts as PyTorch on sequence %i, its patience and cooldown plus one',
    async (_, { values, options, rates }) => {
      expectRates(await ratesAfter(values, fromTorch(options as TorchOptions)), rates);
    },
  );

  test('a flat negative metric is a plateau, though PyTorch takes it for progress', async () => {
    const { values, options, rates } = torch.flatNegativeRelative;
    expect(rates).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await ratesAfter(values, fromTorch(options as TorchOptions))).toEqual([
      1, 1, 0.5, 0.5, 0.25, 0.25,
    ]);
  });

  test('a flat zero is a plateau, and any rise from zero is progress', async () => {
    const options: Options = {
      mode: 'max',
      factor: 0.5,
      patience: 1,
      thresholdMode: 'relative',
      minDelta: 0.5,
    };
    expect(await ratesAfter([0, 0, 0], options)).toEqual([1, 0.5, 0.25]);
    expect(await ratesAfter([0, 1e-9, 1e-8], options)).toEqual([1, 1, 1]);
  });

  test('a NaN in the first epoch is no best value, though it stays one for good in Keras', async () => {
    const { values, reduceLROnPlateau: theirs } = keras.nanFirst;
    expect(theirs.rates.at(-1)).toBe(0.25);
    expect(await ratesAfter(values, { factor: 0.5, patience: 2, minDelta: 0 })).toEqual([1, 1, 1, 1, 1]);
  });

  test('bounds the rate that results, with a schedule and other factors', async () => {
    const other = {
      name: 'other',
      onFitStart: (run: { scaleLearningRate(o: string, f: number): void }) =>
        run.scaleLearningRate('other', 0.5),
    };
    const plugin = reduceLROnPlateau({ monitor: 'loss', factor: 0.1, patience: 1, minLearningRate: 0.04 });
    const result = await scriptedRun({
      plugins: [other, plugin],
      epochs: Array.from({ length: 4 }, () => ({ loss: 1 })),
      learningRate: (epoch) => (epoch < 2 ? 1 : 0.8),
    });
    // Epoch 1 reduces 0.5 to 0.05; the schedule's fall to 0.8 makes it the minimum, 0.04.
    [0.5, 0.5, 0.04, 0.04].forEach((rate, i) => expect(result.learningRates[i]).toBeCloseTo(rate, 12));
    expect(result.record.events).toEqual([
      {
        epoch: 1,
        step: 2,
        source: 'reduce-lr-on-plateau',
        message: 'no better loss than 1: learning rate 0.5 -> 0.05',
      },
    ]);
  });

  test('a rate of zero stays zero', async () => {
    const plugin = reduceLROnPlateau({ monitor: 'loss', patience: 1 });
    const result = await scriptedRun({
      plugins: [plugin],
      epochs: [{ loss: 1 }, { loss: 1 }],
      learningRate: 0,
    });
    expect(result.finalLearningRate).toBe(0);
    expect(result.record.events).toEqual([]);
  });

  test('goes on from a checkpoint as if never stopped', async () => {
    const values = [1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25];
    const make = () =>
      reduceLROnPlateau({ monitor: 'v', mode: 'min', patience: 2, cooldown: 2, factor: 0.3 });
    const whole = await scriptedRun({ plugins: [make()], epochs: logsOf(values) });
    expect(whole.record.events.length).toBeGreaterThan(1);
    for (let cut = 1; cut < values.length; cut++) {
      const first = await scriptedRun({ plugins: [make()], epochs: logsOf(values.slice(0, cut)) });
      const resumed = await scriptedRun({
        plugins: [make()],
        epochs: logsOf(values),
        from: first.checkpoint,
      });
      expect(resumed.record).toEqual(whole.record);
      expect([...first.learningRates, ...resumed.learningRates]).toEqual(whole.learningRates);
    }
  });

  test('a second run starts clean', async () => {
    const plugin = reduceLROnPlateau({ monitor: 'v', mode: 'min', patience: 2 });
    const epochs = logsOf([1, 2, 2, 2]);
    const first = await scriptedRun({ plugins: [plugin], epochs });
    expect(await scriptedRun({ plugins: [plugin], epochs })).toEqual(first);
  });

  test.each([
    [{ factor: 1 }, 'factor must be a number > 0 and < 1, got 1'],
    [{ factor: 0 }, 'factor'],
    [{ patience: -1 }, 'patience'],
    [{ minDelta: NaN }, 'minDelta'],
    [{ thresholdMode: 'rel' as never }, "thresholdMode must be one of 'absolute', 'relative', got 'rel'"],
    [{ cooldown: 0.5 }, 'cooldown'],
    [{ minLearningRate: -1 }, 'minLearningRate'],
    [{ mode: 'down' as never }, 'mode'],
    [{ name: '' }, 'name'],
  ])('refuses %j', (options, message) => {
    expect(() => reduceLROnPlateau({ monitor: 'loss', ...options })).toThrow(message);
    expect(() => reduceLROnPlateau({ monitor: 'loss', ...options })).toThrow('[reduce-lr-on-plateau]');
  });
});
