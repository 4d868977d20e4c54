import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { type Plugin, type Run, Trainer } from '@espalier/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { scriptedRun } from './scripted-run.js';
import { toyClasses } from './toy-data.js';
import { toyCrossEntropy, toyModel, toyOptimizer } from './toy-parts.js';

beforeAll(() => tf.setBackend('cpu'));

const HOOKS = [
  'onFitStart',
  'onEpochStart',
  'onStepEnd',
  'onValidationEnd',
  'onEpochEnd',
  'onError',
  'onFitEnd',
] as const;
const STEPS = 3;

/** Two plugins that write down every hook and where the run stands; one does `act` there. */
function recorders(trace: string[], act: (hook: string, run: Run) => void): Plugin[] {
  return (['post', 'pre'] as const).map((enforce) => ({
    name: enforce,
    enforce,
    ...Object.fromEntries(
      HOOKS.map((hook) => [
        hook,
        (run: Run, detail: unknown) => {
          const status = hook === 'onFitEnd' ? ` ${String(detail)}` : '';
          trace.push(
            `${enforce} ${hook}${status} ${run.epoch}.${run.stepInEpoch} ${run.step} ${run.stopReason}`,
          );
          if (enforce === 'pre') act(hook, run);
        },
      ]),
    ),
  }));
}

async function bothTraces(act: (hook: string, run: Run) => void): Promise<[string[], string[]]> {
  const [real, scripted]: [string[], string[]] = [[], []];
  const data = toyClasses();
  const model = toyModel();
  await new Trainer({
    model,
    loss: toyCrossEntropy(),
    optimizer: toyOptimizer(),
    plugins: recorders(real, act),
  })
    .fit(data, { epochs: 2, batchSize: Math.ceil(data.size / STEPS), validation: data })
    .catch(() => {});
  model.dispose();
  await scriptedRun({
    plugins: recorders(scripted, act),
    epochs: [
      { loss: 1, val_loss: 1 },
      { loss: 1, val_loss: 1 },
    ],
    stepsPerEpoch: STEPS,
  });
  return [real, scripted];
}

describe('scriptedRun plays the events of the trainer', () => {
  test('in a whole run', async () => {
    const [real, scripted] = await bothTraces(() => {});
    expect(real.length).toBeGreaterThan(20);
    expect(scripted).toEqual(real);
  });

  test.each(HOOKS.slice(0, 5))('when %s asks to stop', async (where) => {
    const [real, scripted] = await bothTraces((hook, run) => hook === where && run.stop('enough'));
    expect(real.at(-1)).toContain('onFitEnd stopped');
    expect(scripted).toEqual(real);
  });

  test.each(HOOKS.slice(0, 5))('when %s throws', async (where) => {
    const [real, scripted] = await bothTraces((hook) => {
      if (hook === where) throw new Error('boom');
    });
    expect(real.at(-1)).toContain('onFitEnd failed');
    expect(scripted).toEqual(real);
  });
});
