import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeCheckpoint } from '@espalier/core';
import { scriptedRun } from '@espalier/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkpointFolder, logsOf, play } from '../test/checkpoint-folder.js';
import { earlyStopping } from './early-stopping.js';
import { bestCheckpoint, latestCheckpoint } from './latest-checkpoint.js';
import { modelCheckpoint } from './model-checkpoint.js';

const { path, files } = checkpointFolder();
let directory: string;
beforeEach(() => {
  directory = path();
});

describe('modelCheckpoint', () => {
  test('writes one an epoch and keeps the newest', async () => {
    await play([modelCheckpoint({ directory, keep: 2 })], [1, 2, 3, 4]);
    expect(await files()).toEqual(['checkpoint-step-12', 'checkpoint-step-16']);
  });

  test('keeps all where asked to, every n epochs', async () => {
    await play([modelCheckpoint({ directory, keep: Infinity, every: { epochs: 2 } })], [1, 2, 3, 4, 5]);
    expect(await files()).toEqual(['checkpoint-step-8', 'checkpoint-step-16']);
  });

  test('writes every n steps, in the middle of epochs too', async () => {
    await play([modelCheckpoint({ directory, every: { steps: 3 }, keep: 9 })], [1, 2]);
    expect(await files()).toEqual(['checkpoint-step-3', 'checkpoint-step-6']);
    const { checkpoint } = (await latestCheckpoint(directory))!;
    expect(checkpoint).toMatchObject({ epoch: 1, stepInEpoch: 2, step: 6 });
  });

  test('the best of several is found, and a damaged one passed over with a remark', async () => {
    await play([modelCheckpoint({ directory, monitor: 'loss', saveBestOnly: true, keep: 3 })], [3, 1, 2, 4]);
    expect(await files()).toEqual(['best-step-4', 'best-step-8', 'best-step-12']);
    const best = (await bestCheckpoint(directory))!;
    expect(best.checkpoint.step).toBe(8);
    expect(best.path).toContain('best-step-8');
    const bytes = await readFile(best.path);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(best.path, bytes);
    const next = (await bestCheckpoint(directory))!;
    expect(next.checkpoint.step).toBe(12);
    expect(next.checkpoint.events.at(-1)).toMatchObject({
      source: 'best-checkpoint',
      message: expect.stringMatching(/^passed over \d+-best-step-8.*damaged/),
    });
    expect(await bestCheckpoint(join(directory, 'nowhere'))).toBeUndefined();
    await expect(bestCheckpoint(directory, { nmae: 'x' } as never)).rejects.toThrow("Did you mean 'name'?");
  });

  test('keeps the best beside the newest', async () => {
    const plugin = modelCheckpoint({ directory, monitor: 'loss', keep: 1 });
    await play([plugin], [1, 0.5, NaN, 0.5, 0.75]);
    expect(await files()).toEqual(['best-step-8', 'checkpoint-step-20']);
    const best = (await readdir(directory)).find((file) => file.includes('best'))!;
    const saved = decodeCheckpoint(await readFile(join(directory, best)));
    expect(saved.arrays['parameters/weight']!.data[0]).toBe(2);
    expect(saved.epochs).toHaveLength(2);
  });

  test('keeps the best three, not the last three records, with saveBestOnly', async () => {
    const best = () => modelCheckpoint({ directory, monitor: 'loss', saveBestOnly: true, keep: 3 });
    const values = [5, 3, NaN, 4, 6, 2, 3.5, 7];
    await play([best()], values);
    // 3, 2 and 3.5; four steps an epoch.
    expect(await files()).toEqual(['best-step-8', 'best-step-24', 'best-step-28']);
    await rm(directory, { recursive: true });
    const { checkpoint } = await play([best()], values.slice(0, 4));
    await play([best()], values, { from: checkpoint });
    expect(await files()).toEqual(['best-step-8', 'best-step-24', 'best-step-28']);
  });

  test('writes only new best ones with saveBestOnly', async () => {
    const plugin = modelCheckpoint({ directory, monitor: 'loss', mode: 'max', saveBestOnly: true, keep: 2 });
    await play([plugin], [1, 3, 2, 3, 4, 5, 0]);
    expect(await files()).toEqual(['best-step-20', 'best-step-24']);
  });

  test('leaves a last one of the very step at which the run was stopped', async () => {
    await play([modelCheckpoint({ directory })], [1, 2, 3], {
      duringStep: (run: { step: number; stop(reason: string): void }) => {
        if (run.step === 5) run.stop('interrupted');
      },
    });
    expect(await files()).toEqual(['checkpoint-step-4', 'last-step-6']);
    expect((await latestCheckpoint(directory))!.checkpoint).toMatchObject({ epoch: 1, stepInEpoch: 2 });
  });

  test.each(['before', 'after'])(
    'the last one has the trained weights, with earlyStopping %s it',
    async (where) => {
      const stopping = earlyStopping({ monitor: 'loss', patience: 1, restoreBest: true });
      const saving = modelCheckpoint({ directory, every: { epochs: 100 } });
      const plugins = where === 'before' ? [stopping, saving] : [saving, stopping];
      const result = await play(plugins, [1, 2, 3]);
      expect(result.weights['weight']!.data[0]).toBe(1);
      expect(await files()).toEqual(['last-step-8']);
      const { checkpoint } = (await latestCheckpoint(directory))!;
      expect(checkpoint.arrays['parameters/weight']!.data[0]).toBe(2);
      expect(checkpoint.plugins['early-stopping']).toEqual({ best: [1], wait: 1, judged: 2 });
    },
  );

  test('holds the state of the other plugins after the same epoch, wherever it stands in the list', async () => {
    const stopping = earlyStopping({ monitor: 'loss', patience: 9 });
    await play([modelCheckpoint({ directory }), stopping], [3, 2]);
    const { checkpoint } = (await latestCheckpoint(directory))!;
    expect(checkpoint.plugins['early-stopping']).toEqual({ best: [2], wait: 0, judged: 2 });
  });

  test('writes no second file where the stop came right after one', async () => {
    const stopping = earlyStopping({ monitor: 'loss', patience: 1 });
    await play([stopping, modelCheckpoint({ directory })], [1, 2, 3]);
    expect(await files()).toEqual(['checkpoint-step-4', 'checkpoint-step-8']);
  });

  test('writes nothing after an error', async () => {
    const result = await scriptedRun({
      plugins: [modelCheckpoint({ directory, every: { epochs: 9 } })],
      epochs: logsOf(1, 2),
      duringStep() {
        throw new Error('boom');
      },
    });
    expect(result.status).toBe('failed');
    expect(await files()).toEqual([]);
  });

  test('a run that goes on takes over best and files; a new run leaves them alone', async () => {
    const make = () => modelCheckpoint({ directory, monitor: 'loss', keep: 1 });
    await play([make()], [1, 0.5, 0.75]);
    const { checkpoint } = (await latestCheckpoint(directory))!;
    await play([make()], [1, 0.5, 0.75, 0.625, 0.25], { from: checkpoint });
    expect(await files()).toEqual(['best-step-20', 'checkpoint-step-20']);
    await play([make()], [9]);
    expect(await files()).toEqual(['best-step-20', 'checkpoint-step-20', 'best-step-4', 'checkpoint-step-4']);
    expect((await latestCheckpoint(directory))!.checkpoint.step).toBe(4);
  });

  test('makes the folder, and clears away what a killed process left', async () => {
    const inner = join(directory, 'a', 'b');
    await play([modelCheckpoint({ directory: inner })], [1]);
    await writeFile(join(inner, '000009-checkpoint-step-9.safetensors.tmp'), 'half');
    await play([modelCheckpoint({ directory: inner })], [1]);
    expect(await files(inner)).toEqual(['checkpoint-step-4', 'checkpoint-step-4']);
  });

  test('a folder that cannot be written to fails before the first step', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    let steps = 0;
    const result = await scriptedRun({
      plugins: [modelCheckpoint({ directory: join(file, 'sub') })],
      epochs: logsOf(1),
      duringStep: () => void steps++,
    });
    expect(result.error).toMatchObject({ code: 'io', scope: 'model-checkpoint' });
    expect(String(result.error)).toContain(`cannot write to the folder '${join(file, 'sub')}'`);
    expect(steps).toBe(0);
  });

  test('goes on bit for bit from the newest file', async () => {
    const values = [1, 0.5, 0.75, 0.625];
    const whole = await play([modelCheckpoint({ directory, monitor: 'loss' })], values);
    await rm(directory, { recursive: true });
    await play([modelCheckpoint({ directory, monitor: 'loss' })], values.slice(0, 2));
    const { checkpoint } = (await latestCheckpoint(directory))!;
    const resumed = await play([modelCheckpoint({ directory, monitor: 'loss' })], values, {
      from: checkpoint,
    });
    expect(resumed.checkpoint).toEqual(whole.checkpoint);
  });

  test.each([
    [{ directory: '' }, 'directory must be a string that is not empty'],
    [{ directory: 'd', keep: 0 }, 'keep must be a whole number >= 1, got 0'],
    [{ directory: 'd', every: { epochs: 0 } }, 'every.epochs must be a whole number >= 1, got 0'],
    [{ directory: 'd', every: { steps: 1.5 } }, 'every.steps'],
    [{ directory: 'd', every: {} as never }, 'every must be { epochs: n } or { steps: n }'],
    [{ directory: 'd', every: 3 as never }, 'every must be'],
    [{ directory: 'd', every: { steps: 1, epochs: 1 } }, 'every must be'],
    [{ directory: 'd', saveBestOnly: true }, 'monitor must be the name of a metric'],
    [{ directory: 'd', saveBestOnly: true, monitor: 'loss', every: { steps: 2 } }, 'every must be left out'],
    [{ directory: 'd', mode: 'x' as never }, 'mode'],
    [{ directory: 'd', every: { seconds: 0 } }, 'every.seconds must be a number > 0, got 0'],
    [{ directory: 'd', keepBest: 2 }, 'monitor must be the name of a metric where keepBest'],
    [{ directory: 'd', judgeAt: 'validation' as const }, 'monitor must be the name of a metric'],
    [{ directory: 'd', judgeAt: 'validation' as const, monitor: 'loss' }, 'the name of a val_ metric'],
    [{ directory: 'd', name: '' }, 'name'],
  ])('refuses %j', (options, message) => {
    expect(() => modelCheckpoint(options)).toThrow(message);
    expect(() => modelCheckpoint(options)).toThrow('[model-checkpoint]');
  });
});

describe('latestCheckpoint', () => {
  test('gives nothing for an empty folder, or none', async () => {
    expect(await latestCheckpoint(directory)).toBeUndefined();
    expect(await latestCheckpoint(join(directory, 'none'))).toBeUndefined();
  });

  test('passes over a file that was cut short, and says so when none is whole', async () => {
    await play([modelCheckpoint({ directory })], [1, 2]);
    const [older, newer] = (await readdir(directory)).sort().map((file) => join(directory, file));
    await truncate(newer!, (await stat(newer!)).size - 1);
    expect((await latestCheckpoint(directory))!.path).toBe(older);
    await writeFile(older!, '');
    await expect(latestCheckpoint(directory)).rejects.toMatchObject({ code: 'checkpoint' });
    await expect(latestCheckpoint(directory)).rejects.toThrow('none of the 2 checkpoints');
  });
});
