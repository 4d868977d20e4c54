import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, Plugin } from '@espalier/core';
import { scriptedRun, toyOptimizer, toyRun } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { nanGuard } from './nan-guard.js';

beforeAll(() => tf.setBackend('cpu'));

const epochs = [{ loss: 1 }, { loss: 1 }];
/** The running loss of an epoch whose step 4 went wrong. */
const stepLogs = (value: number) => (epoch: number, step: number) => ({
  loss: epoch === 1 && step >= 4 ? value : 1,
});

describe('nanGuard', () => {
  test.each([NaN, Infinity, -Infinity])('throws at a loss of %d, naming step and epoch', async (value) => {
    const result = await scriptedRun({
      plugins: [nanGuard({ everySteps: 1 })],
      epochs,
      stepsPerEpoch: 10,
      stepLogs: stepLogs(value),
    });
    expect(result.status).toBe('failed');
    expect(result.error).toMatchObject({ code: 'execution-failed', scope: 'nan-guard' });
    expect(String(result.error)).toContain(`loss is ${value} at step 15 of epoch 1; lower the learning rate`);
  });

  test('stops where asked to', async () => {
    const plugins = [nanGuard({ everySteps: 1, action: 'stop' })];
    const result = await scriptedRun({ plugins, epochs, stepsPerEpoch: 10, stepLogs: stepLogs(NaN) });
    expect(result.status).toBe('stopped');
    expect(result.record.stopReason).toBe('loss is NaN at step 15 of epoch 1');
  });

  test('reads every n steps only, and sees it late', async () => {
    const plugins = [nanGuard({ everySteps: 6, action: 'stop' })];
    const result = await scriptedRun({ plugins, epochs, stepsPerEpoch: 10, stepLogs: stepLogs(NaN) });
    expect(result.record.stopReason).toBe('loss is NaN at step 18 of epoch 1');
    expect(result.stepReads).toBe(3);
  });

  test('looks at the end of each epoch', async () => {
    const plugins = [nanGuard({ everySteps: 1000, action: 'stop' })];
    const result = await scriptedRun({
      plugins,
      epochs: [{ loss: 1 }, { loss: 1, penalty: Infinity }, { loss: 1 }],
    });
    expect(result.record.stopReason).toBe('penalty is Infinity at step 2 of epoch 1');
    expect(result.stepReads).toBe(0);
  });

  test('lets a negative, zero or huge loss be', async () => {
    const result = await scriptedRun({
      plugins: [nanGuard({ everySteps: 1 })],
      epochs: [{ loss: -1 }, { loss: 0 }, { loss: 1e300 }],
    });
    expect(result.status).toBe('completed');
  });

  /** Makes the gradient of one parameter NaN in these steps, counted from 0. */
  const poisoned = (...steps: readonly number[]): Plugin => ({
    name: 'poison',
    scalars: { bad: ({ step }) => (steps.includes(step) ? 1 : 0) },
    transformGradients: (gradients, _, step) => ({
      ...gradients,
      'output/bias': tf.div(gradients['output/bias']!, tf.sub(1, step.scalar('bad'))),
    }),
  });
  /** The weights and slots after each step of a run, and its record. */
  async function path(plugins: readonly Plugin[], optimizer = toyOptimizer()) {
    const states: HostArrays[] = [];
    const watcher: Plugin = {
      name: 'watcher',
      enforce: 'post',
      async onStepEnd(run) {
        const { arrays } = await run.snapshot();
        states.push(
          Object.fromEntries(Object.entries(arrays).filter(([name]) => !name.startsWith('plugins/'))),
        );
      },
    };
    const { record } = await toyRun({ plugins: [...plugins, watcher], optimizer });
    return { states, record };
  }

  test('skips a step whose gradient is NaN: weights, slots and totals are as if it had not been', async () => {
    const { states, record } = await path([poisoned(1, 4), nanGuard({ action: 'skip' })]);
    expect(states[1]).toEqual(states[0]);
    expect(states[4]).toEqual(states[3]);
    expect(states[2]).not.toEqual(states[1]);
    for (const line of record.epochs)
      for (const value of Object.values(line)) expect(Number.isFinite(value)).toBe(true);
    expect(record.events.map(({ step, source, message }) => [step, source, message])).toEqual([
      [2, 'nan-guard', 'left step 2 out: the loss or a gradient was not finite'],
      [5, 'nan-guard', 'left step 5 out: the loss or a gradient was not finite'],
    ]);
    const loss = async (steps: readonly number[]): Promise<number> => {
      const plugins = [poisoned(...steps), nanGuard({ action: 'skip' })];
      const losses: number[] = [];
      const reader: Plugin = {
        name: 'reader',
        onStepEnd: async (_, logs) => void (logs.accepted && losses.push((await logs.read())['loss']!)),
      };
      const { record: own } = await toyRun({ plugins: [...plugins, reader], fit: { epochs: 1 } });
      // Batches of 8, 8 and 6.
      const sizes = [8, 8, 6].filter((_, i) => !steps.includes(i));
      const mean =
        losses.reduce((sum, one, i) => sum + one * sizes[i]!, 0) / sizes.reduce((a, b) => a + b, 0);
      return own.epochs[0]!['loss']! - mean;
    };
    expect(await loss([])).toBeCloseTo(0, 6);
    expect(await loss([1])).toBeCloseTo(0, 6);
  });

  test('throws after all where too many steps in a row are skipped', async () => {
    const guard = (attempts: number) => [poisoned(1, 2, 3), nanGuard({ action: 'skip', attempts })];
    await expect(path(guard(3))).rejects.toThrow('the last 3 steps were left out, up to step 4');
    expect((await path(guard(4))).record.status).toBe('completed');
  });

  test('refuses to skip parts of steps that are accumulated', async () => {
    const { Trainer } = await import('@espalier/core');
    const { toyModel, toyCrossEntropy } = await import('@espalier/testkit');
    const parts = { model: toyModel(), loss: toyCrossEntropy(), optimizer: toyOptimizer() };
    expect(() => new Trainer({ ...parts, plugins: [nanGuard({ action: 'skip' })], accumulate: 2 })).toThrow(
      "accumulate must be 1 with plugin 'nan-guard'",
    );
  });

  test('rolls back to the last good state, slots too, and lowers the rate', async () => {
    const guard = nanGuard({ action: 'rollback', everySteps: 1, rateFactor: 0.25 });
    const { states, record } = await path([guard, poisoned(2)]);
    expect(states[2]).toEqual(states[1]);
    expect(record.events.map(({ message }) => message)).toEqual([
      'a weight or slot is not finite at step 3 of epoch 0: back to the state after step 2, learning rate 0.1 -> 0.025',
    ]);
    expect(record.epochs.map((line) => line['learning_rate'])).toEqual([0.1, 0.025]);
    for (const line of record.epochs)
      for (const value of Object.values(line)) expect(Number.isFinite(value)).toBe(true);
  });

  test('rolls back no more often than asked, and not to a start that was bad', async () => {
    const guard = (attempts: number) => nanGuard({ action: 'rollback', everySteps: 1, attempts });
    await expect(path([guard(1), poisoned(1, 3)])).rejects.toThrow('after 1 returns to a good state');
    expect((await path([guard(2), poisoned(1, 3)])).record.status).toBe('completed');
    const bad: Plugin = {
      name: 'bad',
      enforce: 'pre',
      async onFitStart(run) {
        const weights = await run.getWeights();
        weights['output/bias']!.data[0] = NaN;
        await run.setWeights(weights);
      },
    };
    await expect(path([bad, guard(9)])).rejects.toThrow('the run began so');
  });

  test('names the parameter whose gradient is NaN', async () => {
    const guard = nanGuard({ gradients: true, everySteps: 2 });
    await expect(path([guard, poisoned(1)], toyOptimizer(0))).rejects.toThrow(
      "the gradient of 'output/bias' has been NaN or infinite in 3 of its numbers at step 2 of epoch 0",
    );
  });

  test.each([
    [{ everySteps: 0 }, 'everySteps must be a whole number >= 1, got 0'],
    [{ everySteps: 1.5 }, 'everySteps'],
    [{ action: 'warn' as never }, "action must be one of 'throw', 'stop', 'skip', 'rollback', got 'warn'"],
    [{ name: '' }, 'name'],
  ])('refuses %j', (options, message) => {
    expect(() => nanGuard(options)).toThrow(message);
    expect(() => nanGuard(options)).toThrow('[nan-guard]');
  });
});
