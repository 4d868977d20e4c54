import type { EpochRecord, Plugin, RunEvent, RunRecord } from '@espalier/core';
import { bitsOf, comparableRecord } from '../../testkit/src/bits.js';
import { afterAll, describe, expect, test } from 'vitest';
import { type runs, train } from '../testing/jobs.worker.js';
import { startJobs } from '../testing/start-worker.js';
import { type RunPosition, workerPool } from './index.js';

const pool = workerPool<typeof runs>(() => startJobs());
afterAll(() => pool.close());

const HOOKS = [
  'onFitStart',
  'onEpochStart',
  'onStepEnd',
  'onValidationEnd',
  'onEpochEnd',
  'onError',
  'onFitEnd',
] as const;

/** A plugin that writes down what it is called with. */
function scribe(lines: unknown[], name = 'scribe'): Plugin {
  const hooks = HOOKS.map((hook) => [
    hook,
    async (run: any, more: any) => {
      const logs = hook === 'onStepEnd' ? await more.running() : hook === 'onError' ? more.message : more;
      const { seed, epoch, epochs, step, stepInEpoch, stepsPerEpoch, learningRate, metricNames, record } =
        run;
      const at = {
        seed,
        epoch,
        epochs,
        step,
        stepInEpoch,
        stepsPerEpoch,
        learningRate,
        metricNames: [...metricNames],
      };
      lines.push([name, hook, at, logs, comparableRecord(record)]);
    },
  ]);
  return { name, ...Object.fromEntries(hooks) };
}

test('a run in a worker has the bits of one on the main thread', async () => {
  const here = await train({ epochs: 3, remarkAt: 1 }, []);
  const there = await pool.run('train', { epochs: 3, remarkAt: 1 }).result;
  expect(bitsOf(there.weights)).toEqual(bitsOf(here.weights));
  expect(comparableRecord(there.record)).toEqual(comparableRecord(here.record));
});

test('plugins on the main thread are called as they are in the run itself', async () => {
  const [here, there]: unknown[][] = [[], []];
  // Beside them stands what stands there in the worker.
  const end: Plugin = { ...scribe(here!), enforce: 'post' };
  await train({ epochs: 2, remarkAt: 1 }, [end]);
  await pool.run('train', { epochs: 2, remarkAt: 1 }, { stepInterval: 0, plugins: [scribe(there!)] }).result;
  expect(there!.length).toBe(1 + 2 * (1 + 3 + 1 + 1) + 1);
  expect(there).toEqual(here);
});

test('epochs, steps and remarks come to their listeners, in order', async () => {
  const told: [string, unknown, RunPosition?][] = [];
  const { record } = await pool.run(
    'train',
    { epochs: 2, remarkAt: 1 },
    {
      stepInterval: 0,
      onEpoch: (line: EpochRecord, at) => void told.push(['epoch', line, at]),
      onStep: (logs, at) => void told.push(['step', Object.keys(logs), at]),
      onEvent: (event: RunEvent) => void told.push(['event', event]),
    },
  ).result;
  expect(told.map(([what]) => what).join(' ')).toBe('step step step epoch step step step event epoch');
  const epochs = told.filter(([what]) => what === 'epoch').map(([, line]) => line);
  expect(epochs).toEqual(record.epochs);
  expect(epochs[1]).toMatchObject({ epoch: 1, twice_epoch: 2 });
  expect(told.find(([what]) => what === 'event')![1]).toEqual(record.events[0]);
  const steps = told.filter(([what]) => what === 'step');
  expect(steps.map(([, , at]) => at!.step)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(steps[0]![2]).toEqual({
    epoch: 0,
    epochs: 2,
    step: 1,
    stepInEpoch: 1,
    stepsPerEpoch: 3,
    learningRate: expect.any(Number),
  });
});

test('steps are told of at most once an interval', async () => {
  const steps: number[] = [];
  await pool.run(
    'train',
    { epochs: 2 },
    { stepInterval: 1e9, onStep: (_, { step }) => void steps.push(step) },
  ).result;
  expect(steps).toEqual([1]);
});

test('plugins are called in the order pre, list, post', async () => {
  const lines: any[] = [];
  const plugins = [
    { ...scribe(lines, 'c'), enforce: 'post' as const },
    scribe(lines, 'b'),
    { ...scribe(lines, 'a'), enforce: 'pre' as const },
  ];
  await pool.run('train', { epochs: 1 }, { plugins }).result;
  expect(lines.slice(0, 3).map(([name]) => name)).toEqual(['a', 'b', 'c']);
});

test('a plugin on the main thread can stop the run', async () => {
  const reasons: unknown[] = [];
  const stopping: Plugin = {
    name: 'stopping',
    onEpochEnd(run) {
      if (run.epoch === 1) run.stop('seen enough');
    },
    onFitEnd: (run, status) => void reasons.push(status, run.stopReason),
  };
  const { record } = await pool.run('train', { epochs: 1e6 }, { plugins: [stopping] }).result;
  expect([record.status, record.stopReason]).toEqual(['stopped', 'seen enough']);
  expect(reasons).toEqual(['stopped', 'seen enough']);
});

test('a plugin on the main thread knows why somebody else stopped the run', async () => {
  const reasons: unknown[] = [];
  const watching: Plugin = {
    name: 'watching',
    onFitEnd: (run) => void reasons.push(run.stopReason, run.record.stopReason),
  };
  const run = pool.run(
    'train',
    { epochs: 1e6 },
    {
      plugins: [watching],
      onEpoch() {
        run.stop('enough');
      },
    },
  );
  await run.result;
  expect(reasons).toEqual(['enough', 'enough']);
});

test('where the worker ends, plugins are told that the run failed', async () => {
  const lines: any[] = [];
  const run = pool.run('train', { epochs: 4, exitAt: 1 }, { plugins: [scribe(lines)] });
  await expect(run.result).rejects.toThrow('exit code 7');
  expect(lines.slice(-2).map(([, hook]) => hook)).toEqual(['onError', 'onFitEnd']);
  expect(lines.at(-2)[3]).toContain('exit code 7');
  expect(lines.at(-1)[3]).toBe('failed');
  expect((lines.at(-1)[4] as RunRecord).status).toBe('failed');
});

describe('plugins that the main thread cannot have', () => {
  test('those that work inside the step', () => {
    const plugin: Plugin = { name: 'decay', transformParameters: (parameters) => parameters };
    expect(() => pool.run('train', { epochs: 1 }, { plugins: [plugin] })).toThrow(
      /transformParameters.*decay/,
    );
  });

  test('those that want the weights', async () => {
    const reaching: Plugin = { name: 'reaching', onEpochEnd: async (run) => void (await run.getWeights()) };
    const run = pool.run('train', { epochs: 1 }, { plugins: [reaching] });
    await expect(run.result).rejects.toThrow('run.getWeights is out of reach');
  });

  test('those that monitor what is not there', async () => {
    const monitoring: Plugin = { name: 'monitoring', monitors: ['val_los'] };
    const run = pool.run('train', { epochs: 1e6 }, { plugins: [monitoring] });
    await expect(run.result).rejects.toThrow(/\[monitoring\] monitor "val_los".*val_loss/);
  });
});
