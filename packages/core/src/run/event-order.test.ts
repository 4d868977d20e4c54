import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FitOptions } from './fit-options.js';
import type { ObservingHook } from './hooks.js';
import type { Plugin } from './plugin.js';
import type { Run } from './run.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import { Trainer } from './trainer.js';

beforeAll(() => tf.setBackend('cpu'));

const HOOKS: readonly ObservingHook[] = [
  'onFitStart',
  'onEpochStart',
  'onStepEnd',
  'onValidationEnd',
  'onEpochEnd',
  'onError',
  'onFitEnd',
];

/** Writes down every hook as `name:hook`, and does `at` there. */
function recorder(
  name: string,
  trace: string[],
  at?: (hook: ObservingHook, run: Run) => void,
  enforce?: 'pre' | 'post',
) {
  const hooks = HOOKS.map((hook) => [
    hook,
    async (run: Run, detail: unknown) => {
      trace.push(
        `${name}:${hook}${hook === 'onFitEnd' ? `(${String(detail)})` : ''}@${run.epoch}.${run.stepInEpoch}`,
      );
      at?.(hook, run);
    },
  ]);
  return { name, ...(enforce ? { enforce } : {}), ...Object.fromEntries(hooks) } as Plugin;
}

async function traceOf(
  at?: (hook: ObservingHook, run: Run) => void,
  options: Partial<FitOptions> = {},
): Promise<{ trace: string[]; error: unknown }> {
  const trace: string[] = [];
  const trainer = new Trainer({
    model: toyModel(),
    loss: squaredError(),
    optimizer: momentum(0.1),
    plugins: [recorder('a', trace, at)],
  });
  let error: unknown;
  await trainer
    .fit(digits(4), { epochs: 2, batchSize: 2, validation: digits(2), ...options })
    .catch((e: unknown) => (error = e));
  return { trace: trace.map((line) => line.slice(2)), error };
}

describe('the order of events', () => {
  test('of a whole run', async () => {
    const { trace } = await traceOf();
    expect(trace).toEqual([
      'onFitStart@0.0',
      'onEpochStart@0.0',
      'onStepEnd@0.1',
      'onStepEnd@0.2',
      'onValidationEnd@0.2',
      'onEpochEnd@0.2',
      'onEpochStart@1.0',
      'onStepEnd@1.1',
      'onStepEnd@1.2',
      'onValidationEnd@1.2',
      'onEpochEnd@1.2',
      'onFitEnd(completed)@2.0',
    ]);
  });

  test('with validation every step, and not twice after the same step', async () => {
    const { trace } = await traceOf(undefined, { validationEvery: { steps: 1 }, epochs: 1 });
    expect(trace.slice(2)).toEqual([
      'onStepEnd@0.1',
      'onValidationEnd@0.1',
      'onStepEnd@0.2',
      'onValidationEnd@0.2',
      'onEpochEnd@0.2',
      'onFitEnd(completed)@1.0',
    ]);
  });

  test('of plugins: pre, then list order, then post', async () => {
    const trace: string[] = [];
    const plugins = [
      recorder('late', trace, undefined, 'post'),
      recorder('b', trace),
      recorder('a', trace),
      recorder('early', trace, undefined, 'pre'),
    ];
    await new Trainer({ model: toyModel(), loss: squaredError(), optimizer: momentum(0.1), plugins }).fit(
      digits(2),
      {
        epochs: 1,
      },
    );
    expect(trace.filter((line) => line.includes('onStepEnd')).map((line) => line.split(':')[0])).toEqual([
      'early',
      'b',
      'a',
      'late',
    ]);
  });

  test.each<[ObservingHook, string[]]>([
    ['onFitStart', ['onFitStart@0.0', 'onFitEnd(stopped)@0.0']],
    ['onEpochStart', ['onFitStart@0.0', 'onEpochStart@0.0', 'onFitEnd(stopped)@0.0']],
    ['onStepEnd', ['onFitStart@0.0', 'onEpochStart@0.0', 'onStepEnd@0.1', 'onFitEnd(stopped)@0.1']],
    [
      'onValidationEnd',
      [
        'onFitStart@0.0',
        'onEpochStart@0.0',
        'onStepEnd@0.1',
        'onStepEnd@0.2',
        'onValidationEnd@0.2',
        'onEpochEnd@0.2',
        'onFitEnd(stopped)@1.0',
      ],
    ],
    [
      'onEpochEnd',
      [
        'onFitStart@0.0',
        'onEpochStart@0.0',
        'onStepEnd@0.1',
        'onStepEnd@0.2',
        'onValidationEnd@0.2',
        'onEpochEnd@0.2',
        'onFitEnd(stopped)@1.0',
      ],
    ],
  ])('when %s asks to stop', async (where, expected) => {
    const { trace, error } = await traceOf((hook, run) => {
      if (hook === where) run.stop('test');
    });
    expect(error).toBeUndefined();
    expect(trace).toEqual(expected);
  });

  test.each<[ObservingHook, string]>([
    ['onFitStart', '@0.0'],
    ['onEpochStart', '@0.0'],
    ['onStepEnd', '@0.1'],
    ['onValidationEnd', '@0.2'],
    ['onEpochEnd', '@0.2'],
  ])('when %s throws: onError, then onFitEnd(failed), then nothing', async (where, at) => {
    const { trace, error } = await traceOf((hook) => {
      if (hook === where) throw new Error('boom');
    });
    expect(error).toMatchObject({ code: 'hook-failed', scope: 'a', message: `[a] ${where} failed: boom` });
    expect(trace.slice(-3)).toEqual([`${where}${at}`, `onError${at}`, `onFitEnd(failed)${at}`]);
    expect(trace.filter((line) => line.startsWith(where))).toHaveLength(1);
  });

  test('an error in onFitEnd reaches the caller, and the other plugins still end', async () => {
    const trace: string[] = [];
    const plugins = [
      recorder('a', trace, (hook) => {
        if (hook === 'onFitEnd') throw new Error('late');
      }),
      recorder('b', trace),
    ];
    const trainer = new Trainer({
      model: toyModel(),
      loss: squaredError(),
      optimizer: momentum(0.1),
      plugins,
    });
    await expect(trainer.fit(digits(2), { epochs: 1 })).rejects.toThrow('[a] onFitEnd failed: late');
    expect(trace.at(-1)).toBe('b:onFitEnd(completed)@1.0');
  });

  test('an AbortSignal stops after the current step', async () => {
    const controller = new AbortController();
    const { trace } = await traceOf(
      (hook, run) => {
        if (hook === 'onStepEnd' && run.step === 1) controller.abort('user');
      },
      { signal: controller.signal },
    );
    expect(trace.slice(-2)).toEqual(['onStepEnd@0.1', 'onFitEnd(stopped)@0.1']);
  });

  test('Ctrl-C stops after the current step, and the listener goes with the run', async () => {
    const before = process.listenerCount('SIGINT');
    const { trace } = await traceOf((hook, run) => {
      if (hook === 'onStepEnd' && run.step === 3) process.emit('SIGINT');
    });
    expect(trace.slice(-2)).toEqual(['onStepEnd@1.1', 'onFitEnd(stopped)@1.1']);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
