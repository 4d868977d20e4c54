import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, Plugin } from '@espalier/core';
import { toyRun } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { stagedUnfreezing, type StagedUnfreezingOptions } from './staged-unfreezing.js';

beforeAll(() => tf.setBackend('cpu'));

/** State after each step of a run of two epochs of three steps, the first being that before them. */
async function path(
  stages?: StagedUnfreezingOptions['stages'],
  more: readonly Plugin[] = [],
): Promise<HostArrays[]> {
  const states: HostArrays[] = [];
  const watcher: Plugin = {
    name: 'watcher',
    onFitStart: async (run) => void states.push((await run.snapshot()).arrays),
    onStepEnd: async (run) => void states.push((await run.snapshot()).arrays),
  };
  await toyRun({ plugins: [...more, ...(stages ? [stagedUnfreezing({ stages })] : []), watcher] });
  return states;
}

const dataOf = (states: readonly HostArrays[], name: string) => states.map((arrays) => arrays[name]!.data);

describe('stagedUnfreezing', () => {
  test('keeps parameters and their slots as they were until their epoch, and others learn', async () => {
    const states = await path([{ parameters: /^hidden/, from: { epoch: 1 } }]);
    const kernel = dataOf(states, 'parameters/hidden/kernel');
    for (const step of [1, 2, 3]) expect(kernel[step]).toEqual(kernel[0]);
    for (const step of [4, 5, 6]) expect(kernel[step]).not.toEqual(kernel[step - 1]);
    const slot = dataOf(states, 'slots/velocity/hidden/kernel');
    expect(new Set(slot[3])).toEqual(new Set([0]));
    const output = dataOf(states, 'parameters/output/kernel');
    expect(output[1]).not.toEqual(output[0]);
  });

  test('counts steps, slows what has thawed, and gives a parameter to the first stage that names it', async () => {
    const plain = await path();
    const states = await path([
      { parameters: ['hidden/kernel'], from: { step: 0 }, rate: 0.25 },
      { parameters: 'all', from: { step: 99 } },
    ]);
    const [before, after] = dataOf(states, 'parameters/hidden/kernel');
    const free = dataOf(plain, 'parameters/hidden/kernel')[1]!;
    after!.forEach((value, i) => expect(value).toBeCloseTo(before![i]! + 0.25 * (free[i]! - before![i]!), 6));
    const bias = dataOf(states, 'parameters/hidden/bias');
    expect(bias[6]).toEqual(bias[0]);
  });

  test('undoes what other plugins do to frozen parameters, and ignores a NaN in their gradients', async () => {
    const meddling: Plugin = {
      name: 'meddling',
      transformGradients: (gradients) => ({
        ...gradients,
        'hidden/kernel': tf.mul(gradients['hidden/kernel']!, NaN),
      }),
      transformParameters: (parameters) => ({
        ...parameters,
        'hidden/bias': tf.mul(parameters['hidden/bias']!, NaN),
      }),
    };
    const states = await path([{ parameters: /^hidden/, from: { step: 9 } }], [meddling]);
    for (const name of ['parameters/hidden/kernel', 'parameters/hidden/bias']) {
      const [first, ...rest] = dataOf(states, name);
      for (const data of rest) expect(data).toEqual(first);
    }
    expect([...states.at(-1)!['parameters/output/kernel']!.data].every(Number.isFinite)).toBe(true);
  });

  test('thawed at once it changes nothing, to the bit', async () => {
    expect(await path([{ parameters: 'all', from: { epoch: 0 } }])).toEqual(await path());
  });

  test.each([
    [[], 'stages must be a list'],
    [[{ parameters: 'all', from: {} }], 'stages must be a list'],
    [[{ parameters: 'all', from: { epoch: 1 }, rat: 1 }], 'stages must be a list'],
    [[{ parameters: 'all', from: { epoch: -1 } }], 'stages[0].from.epoch must be a whole number >= 0'],
    [[{ parameters: 'all', from: { step: 1 }, rate: 0 }], 'stages[0].rate must be a number > 0'],
    [[{ parameters: [], from: { step: 1 } }], 'stages[0].parameters'],
  ])('refuses %j', (stages, message) => {
    expect(() => stagedUnfreezing({ stages: stages as never })).toThrow(message);
  });
});
