import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checkpoint, Plugin } from '@espalier/core';
import { scriptedRun } from '@espalier/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stepLogger } from './step-logger.js';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'espalier-'));
  path = join(directory, 'runs', 'steps.csv');
});
afterEach(() => rm(directory, { recursive: true }));

const play = (plugins: readonly Plugin[], more = {}) =>
  scriptedRun({
    plugins,
    epochs: [{}, {}],
    stepsPerEpoch: 3,
    learningRate: 0.5,
    stepLogs: (epoch, step) => ({
      loss: epoch === 1 && step === 0 ? NaN : 1 / (1 + epoch * 3 + step),
      'a,b': -Infinity,
    }),
    ...more,
  });

describe('stepLogger', () => {
  test('writes a line after every n steps', async () => {
    const { error } = await play([stepLogger({ path, everySteps: 2 })]);
    expect(error).toBeUndefined();
    expect(await readFile(path, 'utf8')).toBe(
      [
        'epoch,step,loss,"a,b",learning_rate',
        '0,2,0.5,-Infinity,0.5',
        '1,4,NaN,-Infinity,0.5',
        `1,6,${1 / 6},-Infinity,0.5`,
        '',
      ].join('\n'),
    );
  });

  test('as JSON Lines by the name of the file, or by wish', async () => {
    for (const options of [{ path: join(directory, 'a.jsonl') }, { path, format: 'jsonl' as const }]) {
      await play([stepLogger({ ...options, everySteps: 4 })]);
      expect(await readFile(options.path, 'utf8')).toBe(
        '{"epoch":1,"step":4,"loss":"NaN","a,b":"-Infinity","learning_rate":0.5}\n',
      );
    }
  });

  test('resumes at any checkpoint to the same file, whatever a kill has left', async () => {
    const saved: Checkpoint[] = [];
    const saver: Plugin = {
      name: 'saver',
      enforce: 'post',
      onStepEnd: async (run) => void saved.push(await run.checkpoint()),
    };
    await play([stepLogger({ path }), saver]);
    const whole = await readFile(path, 'utf8');
    expect(saved).toHaveLength(6);
    for (const from of saved.slice(0, 5)) {
      await play([stepLogger({ path })], { from });
      expect(await readFile(path, 'utf8')).toBe(whole);
    }
    await play([stepLogger({ path })]);
    expect(await readFile(path, 'utf8')).toBe(whole);
  });

  test.each([
    [{ path: '' }, 'path must be a string that is not empty'],
    [{ path: 'x', everySteps: 0 }, 'everySteps must be a whole number >= 1'],
    [{ path: 'x', format: 'xml' as never }, "format must be one of 'csv', 'jsonl'"],
  ])('refuses %j', (options, message) => {
    expect(() => stepLogger(options)).toThrow(message);
  });
});
