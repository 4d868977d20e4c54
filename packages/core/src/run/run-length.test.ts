import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import type { Checkpoint } from './checkpoint.js';
import type { FitOptions } from './fit-options.js';
import type { Plugin } from './plugin.js';
import { PluginDriver } from './plugin-driver.js';
import type { RunRecord } from './record.js';
import { RunEngine } from './run-engine.js';
import { wholeRun } from './run-loop.js';
import { Trainer } from './trainer.js';

beforeAll(() => tf.setBackend('cpu'));

/** Ten examples in batches of two: five steps an epoch. */
async function run(options: FitOptions, plugins: Plugin[] = []) {
  const model = toyModel();
  const trainer = new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1), plugins, seed: 1 });
  const record = await trainer.fit(digits(10), { batchSize: 2, ...options });
  const weights = await trainer.getWeights();
  return { record, weights };
}

/** Counts steps and validations, and keeps the last checkpoint that it took. */
function watcher() {
  const seen = {
    steps: 0,
    validations: [] as number[],
    epochs: 0,
    saved: undefined as Checkpoint | undefined,
    inStep: undefined as Checkpoint | undefined,
    atEnd: undefined as Checkpoint | undefined,
  };
  const plugin: Plugin = {
    name: 'watcher',
    async onStepEnd(now) {
      seen.steps++;
      seen.inStep = await now.checkpoint();
    },
    onValidationEnd: (now) => void seen.validations.push(now.step),
    async onEpochEnd(now) {
      seen.epochs++;
      seen.saved = await now.checkpoint();
    },
    async onFitEnd(now) {
      seen.atEnd = await now.checkpoint();
    },
  };
  return { seen, plugin };
}

const lines = ({ epochs }: RunRecord): number[] => epochs.map(({ epoch }) => epoch);

describe('how long a run is', () => {
  test('steps end it in the middle of an epoch, which is ended there', async () => {
    const { seen, plugin } = watcher();
    const { record } = await run({ steps: 7, validation: digits(4) }, [plugin]);
    expect(record.status).toBe('completed');
    expect([seen.steps, seen.epochs, seen.validations]).toEqual([7, 2, [5, 7]]);
    expect(lines(record)).toEqual([0, 1]);
  });

  test('whichever of epochs and steps ends first', async () => {
    const few = watcher();
    await run({ epochs: 1, steps: 99 }, [few.plugin]);
    expect(few.seen.steps).toBe(5);
    const fewer = watcher();
    await run({ epochs: 9, steps: 3 }, [fewer.plugin]);
    expect(fewer.seen.steps).toBe(3);
  });

  test('a run cut short by its steps resumes to the bits of a longer one', async () => {
    const { seen, plugin } = watcher();
    await run({ steps: 7 }, [plugin]);
    expect(seen.saved).toMatchObject({
      epoch: 1,
      stepInEpoch: 2,
      step: 7,
      epochs: [{ epoch: 0 }, { epoch: 1 }],
    });
    expect(seen.atEnd).toMatchObject({
      epoch: 1,
      stepInEpoch: 2,
      step: 7,
      epochs: [{ epoch: 0 }, { epoch: 1 }],
    });
    const resumed = await run({ epochs: 3, resumeFrom: seen.saved! }, [plugin]);
    const whole = await run({ epochs: 3 }, [watcher().plugin]);
    expect(resumed.weights).toEqual(whole.weights);
    expect(resumed.record.epochs).toEqual(whole.record.epochs);
  });

  test('a run that its length ended has the same record when its program is started again, and trains no more', async () => {
    const ends = (from: 'saved' | 'inStep', length: Partial<FitOptions>) => async () => {
      const { seen, plugin } = watcher();
      const whole = await run({ ...length, validation: digits(4) }, [plugin]);
      const again = watcher();
      const resumed = await run({ ...length, validation: digits(4), resumeFrom: seen[from]! }, [
        again.plugin,
      ]);
      expect(again.seen.steps).toBe(0);
      expect(resumed.record.epochs).toEqual(whole.record.epochs);
      expect(resumed.weights).toEqual(whole.weights);
      return again.seen;
    };
    // Killed in onFitEnd: the checkpoint is that of the epoch's end.
    expect(await ends('saved', { steps: 7 })()).toMatchObject({ epochs: 0, validations: [] });
    expect(await ends('saved', { steps: 10 })()).toMatchObject({ epochs: 0 });
    expect(await ends('saved', { epochs: 2 })()).toMatchObject({ epochs: 0 });
    // Killed between the last step and the end of its epoch, which is still to come.
    expect(await ends('inStep', { steps: 7 })()).toMatchObject({ epochs: 1, validations: [7] });
    expect(await ends('inStep', { steps: 10 })()).toMatchObject({ epochs: 1 });
    expect(await ends('inStep', { epochs: 2 })()).toMatchObject({ epochs: 1 });
  });

  /** A run of steps that take a second each, in epochs of four. */
  async function timed(seconds: number, resumeFrom?: Checkpoint) {
    let now = 0;
    const saved: Checkpoint[] = [];
    const saver: Plugin = {
      name: 'saver',
      onStepEnd: async (run) => void saved.push(await run.checkpoint()),
      onEpochEnd: async (run) => void saved.push(await run.checkpoint()),
    };
    const engine = new RunEngine(
      {
        seed: 0,
        executor: 'test',
        setup: { plugins: [], versions: {} },
        epochs: Infinity,
        seconds,
        stepsPerEpoch: 4,
        learningRate: 0.1,
        metricNames: ['loss'],
        now: () => now * 1000,
      },
      new PluginDriver([saver]),
      {
        getWeights: async () => ({}),
        setWeights: async () => {},
        readState: async () => ({}),
        contents: {
          readState: async () => ({}),
          writeState: async () => {},
          position: () => null,
          batchSize: 1,
          examples: 4,
        },
      },
    );
    const work = {
      openEpoch() {},
      steps: () => {
        now++;
        return { logs: () => ({ loss: now }) };
      },
      epochLogs: () => ({ loss: now }),
    };
    expect(await wholeRun(engine, work, resumeFrom)).toEqual([]);
    const { step, status, record } = engine.run;
    return { step, status, seconds: record.seconds, trained: now, saved };
  }

  test('seconds end it after the step that passes them', async () => {
    expect(await timed(2.5)).toMatchObject({ step: 3, status: 'completed', seconds: [3] });
  });

  test('seconds before a checkpoint count, those of its unfinished epoch too', async () => {
    const { saved, ...whole } = await timed(6.5);
    expect(whole).toEqual({ step: 7, status: 'completed', seconds: [4, 3], trained: 7 });
    for (const one of saved) {
      const again = await timed(6.5, one);
      expect(again).toMatchObject({ step: 7, status: 'completed', seconds: [4, 3] });
      expect(again.trained).toBe(7 - one.step);
    }
    // A longer run goes on with the epoch that was cut short.
    expect(await timed(9, saved.at(-1))).toMatchObject({ step: 9, seconds: [4, 4, 1], trained: 2 });
  });

  test('a plugin cannot end it before minEpochs, and its wish is not forgotten', async () => {
    const hasty: Plugin = { name: 'hasty', onStepEnd: (now) => now.stop('enough') };
    expect((await run({ epochs: 9 }, [hasty])).record.epochs).toHaveLength(0);
    const { record } = await run({ epochs: 9, minEpochs: 3 }, [hasty]);
    expect([record.epochs.length, record.status, record.stopReason]).toEqual([3, 'stopped', 'enough']);
  });

  test('timers get their turn between epochs that are shorter than the time between two turns', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort('enough'), 30);
    const { record } = await run({ epochs: 100_000, batchSize: 10, signal: controller.signal });
    expect(record.stopReason).toBe('aborted: enough');
    expect(record.epochs.length).toBeLessThan(100_000);
  });

  test('a plugin cannot end it before minSteps', async () => {
    const hasty: Plugin = { name: 'hasty', onStepEnd: (now) => now.stop('enough') };
    const { seen, plugin } = watcher();
    const { record } = await run({ epochs: 9, minSteps: 7 }, [hasty, plugin]);
    expect([seen.steps, record.epochs.length, record.stopReason]).toEqual([7, 1, 'enough']);
    const both = watcher();
    await run({ epochs: 9, minSteps: 7, minEpochs: 2 }, [hasty, both.plugin]);
    expect(both.seen.steps).toBe(10);
  });

  test('steps in series end where a wish has waited for minSteps', async () => {
    const driver = new PluginDriver([{ name: 'hasty', onEpochEnd: (now) => now.stop('enough') }]);
    const engine = new RunEngine(
      {
        seed: 0,
        executor: 'test',
        setup: { plugins: [], versions: {} },
        epochs: 9,
        minSteps: 7,
        stepsPerEpoch: 5,
        learningRate: 0.1,
        metricNames: ['loss'],
      },
      driver,
      { getWeights: async () => ({}), setWeights: async () => {}, readState: async () => ({}) },
    );
    const done = { logs: () => ({ loss: 1 }) };
    const asked: number[] = [];
    const errors = await wholeRun(engine, {
      openEpoch() {},
      steps(most, more) {
        asked.push(most);
        for (let i = 1; i < most; i++) if (!more(done)) break;
        return done;
      },
      epochLogs: () => ({ loss: 1 }),
    });
    expect(errors).toEqual([]);
    expect([asked, engine.run.step, engine.run.stopReason]).toEqual([[5, 2], 7, 'enough']);
  });

  test('an interruption does not wait for minEpochs', async () => {
    const signal = AbortSignal.abort('now');
    const { record } = await run({ epochs: 9, minEpochs: 3, signal });
    expect([record.epochs.length, record.status]).toEqual([0, 'stopped']);
  });

  test.each<[string, FitOptions, string]>([
    ['nothing', {}, 'epochs must be a whole number >= 1 where neither steps nor seconds are given'],
    ['no steps', { steps: 0 }, 'steps must be a whole number >= 1'],
    ['no time', { seconds: 0 }, 'seconds must be a number > 0'],
    ['minus one epoch', { epochs: 1, minEpochs: -1 }, 'minEpochs must be a whole number >= 0'],
    ['half a step', { epochs: 1, minSteps: 0.5 }, 'minSteps must be a whole number >= 0'],
    ['no batches', { epochs: 1, limit: { training: 0 } }, 'limit.training must be a whole number >= 1'],
    [
      'another limit',
      { epochs: 1, limit: { test: 1 } as never },
      'limit must be { training: n, validation: n }',
    ],
    [
      'a misspelt name',
      { epochs: 1, batchsize: 4 } as never,
      "no option 'batchsize'. Did you mean 'batchSize'?",
    ],
    [
      'a batch of null',
      { epochs: 1, batchSize: null as never },
      'batchSize must be a whole number >= 1, got null',
    ],
    ['a text for a flag', { epochs: 1, shuffle: 'false' as never }, 'shuffle must be true or false'],
    ['no signal', { epochs: 1, signal: {} as never }, 'signal must be an AbortSignal'],
  ])('refuses %s', async (_, options, message) => {
    await expect(run(options)).rejects.toThrow(message);
  });
});

describe('parts of the data', () => {
  test('limit uses so many batches of an epoch and of a validation', async () => {
    const { seen, plugin } = watcher();
    const batches: number[] = [];
    const counting: Plugin = {
      name: 'counting',
      onValidationBatch: (_run, { outputs }) => void batches.push(Object.values(outputs)[0]!.shape[0]!),
    };
    const options = { epochs: 2, validation: digits(10), validationBatchSize: 3 };
    await run({ ...options, limit: { training: 3, validation: 2 } }, [plugin, counting]);
    expect(seen.steps).toBe(6);
    expect(batches).toEqual([3, 3, 3, 3]);
  });

  test('dropLast leaves the short batch out', async () => {
    const { seen, plugin } = watcher();
    await run({ epochs: 1, batchSize: 4, dropLast: true }, [plugin]);
    expect(seen.steps).toBe(2);
  });

  test('validation every so many epochs', async () => {
    const { seen, plugin } = watcher();
    const { record } = await run({ epochs: 5, validation: digits(4), validationEvery: { epochs: 2 } }, [
      plugin,
    ]);
    expect(seen.validations).toEqual([10, 20]);
    expect(record.epochs.map((line) => 'val_loss' in line)).toEqual([false, true, false, true, false]);
  });
});
