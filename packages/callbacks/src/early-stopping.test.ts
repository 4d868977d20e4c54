import type { EpochLogs, Metric, Plugin } from '@espalier/core';
import { scriptedRun, toyAccuracy, toyRun } from '@espalier/testkit';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import reference from '../../../testing/references/callbacks/keras-callbacks.json' with { type: 'json' };
import elsewhere from '../../../testing/references/callbacks/early-stopping-elsewhere.json' with { type: 'json' };
import { earlyStopping, type EarlyStoppingOptions } from './early-stopping.js';
import { memoryStore } from './files/memory-store.fixture.js';
import { modelCheckpoint } from './model-checkpoint.js';
import { reduceLROnPlateau } from './reduce-lr-on-plateau.js';

beforeAll(() => tf.setBackend('cpu'));

const logsOf = (values: readonly (number | string)[]): EpochLogs[] =>
  values.map((value) => ({ v: Number(value) }));

function play(values: readonly (number | string)[], options: Partial<EarlyStoppingOptions> = {}) {
  const plugin = earlyStopping({ monitor: 'v', mode: 'min', ...options });
  return scriptedRun({ plugins: [plugin], epochs: logsOf(values) });
}

describe('earlyStopping', () => {
  test.each(reference.earlyStopping.map((entry, i) => [i, entry] as const))(
    'acts as Keras on sequence %i',
    async (_, { values, options, epochs, stopped, weight }) => {
      const result = await play(values, {
        ...(options as Partial<EarlyStoppingOptions>),
        checkFinite: false,
      });
      expect(result.error).toBeUndefined();
      expect(result.record.epochs).toHaveLength(epochs);
      expect(result.status).toBe(stopped ? 'stopped' : 'completed');
      expect(result.weights['weight']!.data[0]).toBe(weight);
    },
  );

  test.each([...elsewhere.lightning, ...elsewhere.ignite].map((entry, i) => [i, entry] as const))(
    'acts as Lightning and Ignite on sequence %i',
    async (_, { values, options, epochs, stopped }) => {
      const result = await play(values, options as Partial<EarlyStoppingOptions>);
      expect(result.error).toBeUndefined();
      expect(result.record.epochs).toHaveLength(epochs);
      expect(result.status).toBe(stopped ? 'stopped' : 'completed');
    },
  );

  test('judges by a score of the logs, higher ones being better', async () => {
    const plugin = earlyStopping({ score: ({ a, b }) => b! - a!, patience: 2, restoreBest: true });
    const epochs = [
      { a: 1, b: 1 },
      { a: 1, b: 3 },
      { a: 2, b: 3 },
      { a: 0, b: 2 },
      { a: 0, b: 9 },
    ];
    const result = await scriptedRun({ plugins: [plugin], epochs });
    expect(result.record.epochs).toHaveLength(4);
    expect(result.record.stopReason).toBe('score did not improve for 2 epochs; the best was 2');
    expect(result.weights['weight']!.data[0]).toBe(2);
    expect(() => earlyStopping({ monitor: 'a', score: () => 1 })).toThrow('or a score in its place');
  });

  test('judges each validation where asked to, and counts its patience in them', async () => {
    const seen: number[] = [];
    const values = [5, 4, 4, 4, 1];
    const metric: Metric<'m', number> = {
      ...toyAccuracy(),
      name: 'm',
      better: 'lower',
      result: () => values[Math.min(seen.length, 4)]!,
    };
    const counter: Plugin = {
      name: 'counter',
      onValidationEnd: (run) => void seen.push(run.step),
    };
    const plugin = earlyStopping({ monitor: 'val_m', judgeAt: 'validation', patience: 2 });
    const { record } = await toyRun({
      metrics: [metric],
      plugins: [plugin, counter],
      fit: { epochs: 4, validationEvery: { steps: 1 } },
    });
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(record.stopReason).toBe('val_m did not improve for 2 validations; the best was 4');
    expect(() => earlyStopping({ monitor: 'loss', judgeAt: 'validation' })).toThrow(
      'the name of a val_ metric',
    );
  });

  test('a NaN in the first epoch is no best value, though it stays one for good in Keras', async () => {
    const { values, earlyStopping: keras } = reference.nanFirst;
    const result = await play(values, { patience: 2, checkFinite: false });
    expect(keras).toMatchObject({ stopped: true, epochs: 3 });
    expect(result.status).toBe('completed');
    expect(result.record.epochs).toHaveLength(values.length);
  });

  test('never stops at epoch 0, and NaN throughout ends with the weights of the first epoch, as in Keras', async () => {
    const result = await play([NaN, NaN, NaN], { checkFinite: false, restoreBest: true });
    expect(result.record.epochs).toHaveLength(2);
    expect(result.weights['weight']!.data[0]).toBe(1);
  });

  test.each([NaN, Infinity, -Infinity])('stops at once at %d', async (value) => {
    const result = await play([1, value, 0.5], { patience: 9, restoreBest: true });
    expect(result.record.epochs).toHaveLength(2);
    expect(result.record.stopReason).toBe(`v is ${value}`);
  });

  test('does not restore the weights of a NaN epoch', async () => {
    const result = await play([1, 0.5, NaN], { patience: 9, restoreBest: true });
    expect(result.weights['weight']!.data[0]).toBe(2);
  });

  test('stops at the epoch that passes stoppingThreshold, and keeps its weights', async () => {
    const result = await play([1, 0.5, 0.2, 0.1], {
      patience: 9,
      stoppingThreshold: 0.25,
      restoreBest: true,
    });
    expect(result.record.epochs).toHaveLength(3);
    expect(result.record.stopReason).toContain('better than 0.25');
    expect(result.weights['weight']!.data[0]).toBe(3);
    const at = await play([1, 0.25, 0.25], { patience: 9, stoppingThreshold: 0.25 });
    expect(at.status).toBe('completed');
  });

  test('takes the direction that the run says, and asks where it says none', async () => {
    for (const monitor of ['val_accuracy', 'macroF1', 'auc', 'top/recall', 'val_r2', 'precision']) {
      const epochs = [{ [monitor]: 0.1 }, { [monitor]: 0.2 }, { [monitor]: 0.3 }];
      const result = await scriptedRun({ plugins: [earlyStopping({ monitor })], epochs });
      expect(result.status, monitor).toBe('completed');
    }
    for (const monitor of ['val_loss', 'meanSquaredError', 'mae', 'digit/mse']) {
      const epochs = [{ [monitor]: 0.1 }, { [monitor]: 0.2 }, { [monitor]: 0.3 }];
      const result = await scriptedRun({ plugins: [earlyStopping({ monitor })], epochs });
      expect(result.record.epochs, monitor).toHaveLength(2);
    }
    for (const make of [
      earlyStopping,
      reduceLROnPlateau,
      (options: { monitor: string }) => modelCheckpoint({ store: memoryStore(), ...options }),
    ]) {
      for (const monitor of ['temperature', 'accuracy_loss']) {
        const result = await scriptedRun({ plugins: [make({ monitor })], epochs: [{ [monitor]: 1 }] });
        expect(result.error).toMatchObject({ code: 'invalid-option' });
        expect(String(result.error)).toContain(
          `the run does not say whether lower or higher values of '${monitor}' are better; give mode: 'min' or 'max'.`,
        );
      }
    }
  });

  test('in a trainer the metric itself says which values are better', async () => {
    for (const [monitor, epochs] of [
      ['higher', 4],
      ['lower', 2],
      ['val_higher', 4],
      ['val_lower', 2],
    ] as const) {
      let epoch = 0;
      const rising: Metric = {
        ...toyAccuracy(),
        name: monitor.replace('val_', ''),
        better: monitor.endsWith('higher') ? 'higher' : 'lower',
        result: () => epoch,
      };
      const counter: Plugin = { name: 'counter', onEpochEnd: () => void epoch++ };
      const { record } = await toyRun({
        metrics: [rising],
        plugins: [earlyStopping({ monitor, patience: 1 }), counter],
        fit: { epochs: 4 },
      });
      expect(record.epochs, monitor).toHaveLength(epochs);
    }
  });

  test('a misspelt monitor is an unknown metric, with the nearest there is', async () => {
    await expect(toyRun({ plugins: [earlyStopping({ monitor: 'val_los' })] })).rejects.toThrow(
      '[early-stopping] monitor "val_los" is not produced by this run; it has: loss, accuracy, val_loss,',
    );
    await expect(toyRun({ plugins: [earlyStopping({ monitor: 'val_los' })] })).rejects.toThrow(
      "Did you mean 'val_loss'?",
    );
  });

  test('skips epochs without the metric', async () => {
    const plugin = earlyStopping({ monitor: 'v', mode: 'min', patience: 1 });
    const result = await scriptedRun({ plugins: [plugin], epochs: [{ v: 1 }, {}, {}, { v: 2 }, { v: 3 }] });
    expect(result.record.epochs).toHaveLength(4);
  });

  test('goes on from a checkpoint as if never stopped', async () => {
    const values = [1, 0.5, 0.75, 0.75, 0.75, 0.25];
    const options = { patience: 3, restoreBest: true } as const;
    const whole = await play(values, options);
    for (const cut of [1, 2, 3, 4]) {
      const first = await play(values.slice(0, cut), { ...options, restoreBest: true });
      // The checkpoint of a run that is still going: weights not restored, state kept.
      const plugin = earlyStopping({ monitor: 'v', mode: 'min', ...options });
      let saved = first.checkpoint;
      const saver = {
        name: 'saver',
        enforce: 'post' as const,
        async onEpochEnd(run: Parameters<NonNullable<typeof plugin.onFitStart>>[0]) {
          if (run.epoch === cut - 1) saved = await run.checkpoint();
        },
      };
      await scriptedRun({ plugins: [plugin, saver], epochs: logsOf(values.slice(0, cut)) });
      const resumed = await scriptedRun({
        plugins: [earlyStopping({ monitor: 'v', mode: 'min', ...options })],
        epochs: logsOf(values),
        from: saved,
      });
      expect(resumed.record).toEqual(whole.record);
      expect(resumed.weights).toEqual(whole.weights);
    }
    expect(whole.record.epochs).toHaveLength(5);
    expect(whole.weights['weight']!.data[0]).toBe(2);
  });

  test('a second run starts clean', async () => {
    const plugin = earlyStopping({ monitor: 'v', mode: 'min', patience: 2, restoreBest: true });
    const epochs = logsOf([0.1, 0.5, 0.5]);
    const first = await scriptedRun({ plugins: [plugin], epochs });
    expect(await scriptedRun({ plugins: [plugin], epochs })).toEqual(first);
    const better = await scriptedRun({ plugins: [plugin], epochs: logsOf([5, 4, 3]) });
    expect(better.status).toBe('completed');
    expect(better.weights['weight']!.data[0]).toBe(3);
  });

  test('leaves the weights alone after an error', async () => {
    const plugin = earlyStopping({ monitor: 'v', mode: 'min', patience: 5, restoreBest: true });
    const result = await scriptedRun({
      plugins: [plugin],
      epochs: logsOf([0.1, 0.5, 0.6]),
      duringStep(run) {
        if (run.epoch === 2) throw new Error('boom');
      },
    });
    expect(result.status).toBe('failed');
    expect(result.weights['weight']!.data[0]).toBe(2);
  });

  test.each([
    [{ minDelta: -1 }, 'minDelta must be a number >= 0, got -1'],
    [{ patience: 1.5 }, 'patience must be a whole number >= 0, got 1.5'],
    [{ patience: NaN }, 'patience'],
    [{ mode: 'up' as never }, "mode must be one of 'auto', 'min', 'max', got 'up'"],
    [{ baseline: Infinity }, 'baseline'],
    [{ startFromEpoch: -2 }, 'startFromEpoch'],
    [{ stoppingThreshold: NaN }, 'stoppingThreshold'],
    [{ restoreBest: 1 as never }, 'restoreBest'],
    [{ checkFinite: 'no' as never }, 'checkFinite'],
    [{ monitor: '' }, 'monitor must be a string that is not empty'],
    [{ name: '' }, 'name'],
  ])('refuses %j', (options, message) => {
    expect(() => earlyStopping({ monitor: 'loss', ...options })).toThrow(message);
    expect(() => earlyStopping({ monitor: 'loss', ...options })).toThrow('[early-stopping]');
  });
});
