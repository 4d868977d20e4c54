import { scriptedRun } from '@espalier/testkit';
import { describe, expect, test } from 'vitest';
import { onEvent, type OnEventOptions } from './on-event.js';

const EPOCHS = Array.from({ length: 4 }, (_, i) => ({ loss: i }));

async function stepsAt(options: OnEventOptions, from?: Parameters<typeof scriptedRun>[0]['from']) {
  const steps: number[] = [];
  const plugin = onEvent('onStepEnd', options, (run) => void steps.push(run.step));
  const result = await scriptedRun({
    plugins: [plugin],
    epochs: EPOCHS,
    stepsPerEpoch: 3,
    ...(from && { from }),
  });
  expect(result.error).toBeUndefined();
  return { steps, checkpoint: result.checkpoint };
}

describe('onEvent', () => {
  test.each([
    [{ every: 5 }, [5, 10]],
    [{ once: 7 }, [7]],
    [{ at: [12, 1, 99] }, [1, 12]],
    [{ when: (run: { epoch: number }, count: number) => run.epoch === 1 && count > 4 }, [5, 6]],
  ] as [OnEventOptions, number[]][])('%j', async (options, expected) => {
    expect((await stepsAt(options)).steps).toEqual(expected);
  });

  test('counts on where a run resumes, and again from one in a new run', async () => {
    const plugin = () => onEvent('onStepEnd', { every: 5 }, () => undefined);
    const { checkpoint } = await scriptedRun({
      plugins: [plugin()],
      epochs: EPOCHS.slice(0, 2),
      stepsPerEpoch: 3,
    });
    expect((await stepsAt({ every: 5 }, checkpoint)).steps).toEqual([10]);
    const steps: number[] = [];
    const twice = onEvent(
      'onEpochEnd',
      { once: 2 },
      (run, logs) => void steps.push(run.epoch, logs['loss'] as number),
    );
    for (let i = 0; i < 2; i++) await scriptedRun({ plugins: [twice], epochs: EPOCHS });
    expect(steps).toEqual([1, 1, 1, 1]);
  });

  test('awaits what it calls, and an error of it names the plugin', async () => {
    const failing = onEvent('onEpochEnd', { every: 1 }, () => Promise.reject(new Error('boom')));
    const { error } = await scriptedRun({ plugins: [failing], epochs: EPOCHS });
    expect(String(error)).toContain('[on-event-onEpochEnd] onEpochEnd failed: boom');
  });

  test.each([
    ['onFitEnd', { every: 1 }, 'event must be one of'],
    ['onStepEnd', {}, 'options must be exactly one of every, once, at, when, got'],
    ['onStepEnd', { every: 1, once: 1 }, 'every and once'],
    ['onStepEnd', { every: 0 }, 'every must be a whole number >= 1'],
    ['onStepEnd', { at: [] }, 'at must be a list'],
  ])('refuses %s with %j', (event, options, message) => {
    expect(() => onEvent(event as 'onStepEnd', options, () => undefined)).toThrow(message);
  });
});
