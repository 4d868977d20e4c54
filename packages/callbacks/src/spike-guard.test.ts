import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, Plugin } from '@espalier/core';
import { scriptedRun, toyRun } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import reference from '../../../testing/references/callbacks/lightning-spikes.json' with { type: 'json' };
import { spikeGuard, type SpikeGuardOptions } from './spike-guard.js';

beforeAll(() => tf.setBackend('cpu'));

const play = (losses: readonly (number | string)[], options: SpikeGuardOptions) =>
  scriptedRun({
    plugins: [spikeGuard(options)],
    epochs: [{}],
    stepsPerEpoch: losses.length,
    stepLogs: (_, step) => ({ loss: Number(losses[step]) }),
  });

describe('spikeGuard', () => {
  test.each(reference.cases.map((entry, i) => [i, entry] as const))(
    'finds the spikes that Lightning finds in sequence %i',
    async (_, { losses, options, spikes }) => {
      const { record, error } = await play(losses, options);
      expect(error).toBeUndefined();
      expect(record.events.map(({ step }) => step)).toEqual(spikes);
    },
  );

  test('stops, throws, and says what it measured', async () => {
    const losses = [1, 1, 1, 9, 1];
    const stopped = await play(losses, { warmup: 1, action: 'stop' });
    expect(stopped.record.stopReason).toBe('the loss is 9 at step 4; it was 1 in the 3 steps before');
    const thrown = await play(losses, { warmup: 1, action: 'throw' });
    expect(thrown.error).toMatchObject({ code: 'execution-failed', scope: 'spike-guard' });
  });

  test('rolls back past the update before the spike, and lowers the rate', async () => {
    const states: HostArrays[] = [];
    // The second step jumps: what it did shows in the loss of the third.
    const jump: Plugin = {
      name: 'jump',
      scalars: { size: ({ step }) => (step === 1 ? 1e4 : 1) },
      transformGradients: (gradients, _, step) =>
        Object.fromEntries(
          Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, step.scalar('size'))]),
        ),
    };
    const watcher: Plugin = {
      name: 'watcher',
      enforce: 'post',
      onStepEnd: async (run) => void states.push((await run.snapshot()).arrays),
    };
    const guard = spikeGuard({ window: 1, warmup: 1, action: 'rollback' });
    const { record } = await toyRun({ plugins: [guard, jump, watcher], fit: { epochs: 1 } });
    expect(record.events).toHaveLength(1);
    expect(record.events[0]!.message).toMatch(
      /step 3; .*back to the state after step 1, learning rate 0.1 -> 0.05$/,
    );
    expect(states[2]).toEqual(states[0]);
    expect(states[1]).not.toEqual(states[0]);
  });

  test.each([
    [{ window: 0 }, 'window must be a whole number >= 1, got 0'],
    [{ relative: -1 }, 'relative'],
    [{ rateFactor: 0 }, 'rateFactor'],
    [{ action: 'skip' as never }, 'action must be one of'],
  ])('refuses %j', (options, message) => {
    expect(() => spikeGuard(options)).toThrow(message);
  });
});
