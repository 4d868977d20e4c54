import type { Plugin } from '@espalier/core';
import { scriptedRun, toyRun } from '@espalier/testkit';
import '@tensorflow/tfjs-backend-cpu';
import { beforeEach, describe, expect, test } from 'vitest';
import elsewhere from '../../../testing/references/callbacks/early-stopping-elsewhere.json' with { type: 'json' };
import { checkpointFolder, logsOf, play } from '../test/checkpoint-folder.js';
import { ema } from './ema.js';
import { memoryStore } from './files/memory-store.fixture.js';
import { latestCheckpoint } from './latest-checkpoint.js';
import { modelCheckpoint } from './model-checkpoint.js';

const { path, files } = checkpointFolder();
let directory: string;
beforeEach(() => {
  directory = path();
});

describe('modelCheckpoint, by its options', () => {
  test('keeps the best k beside the newest, and none that is not better than the threshold', async () => {
    const plugin = modelCheckpoint({ directory, monitor: 'loss', keep: 1, keepBest: 2, initialThreshold: 3 });
    await play([plugin], [5, 3, 2, 4, 1, 1.5, 9]);
    expect(await files()).toEqual(['best-step-20', 'best-step-24', 'checkpoint-step-28']);
  });

  test.each(elsewhere.kerasCheckpoint.map((entry, i) => [i, entry] as const))(
    'saves the epochs that Keras saves with a threshold to start from, sequence %i',
    async (_, { values, options, saved }) => {
      const store = memoryStore();
      const plugin = modelCheckpoint({
        store,
        monitor: 'v',
        saveBestOnly: true,
        keep: 1,
        ...(options as { mode: 'min' | 'max'; initialThreshold: number }),
      });
      const epochs: number[] = [];
      const listed: Plugin = {
        name: 'listed',
        enforce: 'post',
        async onEpochEnd(run) {
          const step = (await store.list()).map((entry) => Number(/step-(\d+)/.exec(entry)![1])).at(-1);
          if (step === run.step) epochs.push(run.epoch + 1);
        },
      };
      await scriptedRun({ plugins: [plugin, listed], epochs: values.map((value) => ({ v: Number(value) })) });
      expect(epochs).toEqual(saved);
    },
  );

  test('writes at the first step after so many seconds', async () => {
    let now = 0;
    const plugin = modelCheckpoint({ directory, every: { seconds: 10 }, keep: 9, clock: () => now });
    // 4 s a step: 12 s, 24 s, 36 s have passed at these.
    await play([plugin], [1, 2, 3], { duringStep: () => void (now += 4000) });
    expect(await files()).toEqual([
      'checkpoint-step-3',
      'checkpoint-step-6',
      'checkpoint-step-9',
      'checkpoint-step-12',
    ]);
  });

  test('writes weights alone, which load and do not resume', async () => {
    const { final, weights } = await toyRun({
      plugins: [
        modelCheckpoint({ directory, weightsOnly: true, keep: 1 }),
        ema({ decay: 0.5, evaluateAverages: true }),
      ],
    });
    const { checkpoint } = (await latestCheckpoint(directory))!;
    expect(Object.keys(checkpoint.arrays).sort()).toEqual(
      Object.keys(final.arrays)
        .filter((name) => name.startsWith('parameters/'))
        .sort(),
    );
    // The averages, which the run ends with.
    for (const [name, { data }] of Object.entries(weights))
      expect(checkpoint.arrays[`parameters/${name}`]!.data).toEqual(data);
    await expect(toyRun({ fit: { resumeFrom: checkpoint } })).rejects.toThrow('holds weights alone');
  });

  test('leaves one of the last whole step where an error ends the run, from which it goes on', async () => {
    const plugin = modelCheckpoint({ directory, every: { epochs: 9 }, saveOnError: true });
    const result = await scriptedRun({
      plugins: [plugin],
      epochs: logsOf(1, 2),
      stepsPerEpoch: 4,
      duringStep(run) {
        if (run.step === 6) throw new Error('boom');
      },
    });
    expect(result.status).toBe('failed');
    expect(await files()).toEqual(['error-step-6']);
    expect((await latestCheckpoint(directory))!.checkpoint).toMatchObject({ epoch: 1, stepInEpoch: 2 });
  });

  test('names files by a pattern, with what is measured by then', async () => {
    const label = 'e{epoch}-loss-{loss:.2f}';
    await play([modelCheckpoint({ directory, label, every: { steps: 3 }, keep: 9 })], [0.125, 2e-7]);
    expect(await files()).toEqual(['checkpoint-step-3-e0-loss-none', 'checkpoint-step-6-e1-loss-0.13']);
    expect((await latestCheckpoint(directory))!.checkpoint.step).toBe(6);
    for (const [wrong, message] of [
      ['{val_los}', "label names 'val_los'"],
      ['{loss:3}', "format '3'"],
      ['a/b', 'label must be at most 100 letters'],
    ]) {
      const plugin = modelCheckpoint({ directory, label: wrong! });
      const { error } = await scriptedRun({ plugins: [plugin], epochs: logsOf(1) });
      expect(String(error)).toContain(message);
    }
  });

  test('judges each validation where asked to', async () => {
    const plugin = modelCheckpoint({
      directory,
      monitor: 'val_loss',
      judgeAt: 'validation',
      saveBestOnly: true,
      keep: 9,
    });
    await toyRun({ plugins: [plugin], fit: { epochs: 1, validationEvery: { steps: 1 } } });
    expect(await files()).toEqual(['best-step-1', 'best-step-2', 'best-step-3']);
  });
});
