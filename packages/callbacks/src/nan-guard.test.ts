import { scriptedRun } from '@espalier/testkit';
import { describe, expect, test } from 'vitest';
import { nanGuard } from './nan-guard.js';

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

  test.each([
    [{ everySteps: 0 }, 'everySteps must be a whole number >= 1, got 0'],
    [{ everySteps: 1.5 }, 'everySteps'],
    [{ action: 'warn' as never }, "action must be one of 'throw', 'stop', got 'warn'"],
    [{ name: '' }, 'name'],
  ])('refuses %j', (options, message) => {
    expect(() => nanGuard(options)).toThrow(message);
    expect(() => nanGuard(options)).toThrow('[nan-guard]');
  });
});
