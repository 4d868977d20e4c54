import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-codec.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import { accumulation, type Accumulate } from './accumulation.js';
import type { Checkpoint } from './checkpoint.js';
import type { FitOptions } from './fit-options.js';
import type { Plugin } from './plugin.js';
import { Trainer } from './trainer.js';

beforeAll(() => tf.setBackend('cpu'));

const options: FitOptions = { epochs: 4, batchSize: 2 };

async function run(accumulate: Accumulate, plugins: Plugin[] = [], more: Partial<FitOptions> = {}) {
  const trainer = new Trainer({
    model: toyModel(),
    loss: squaredError(),
    optimizer: momentum(0.05),
    seed: 4,
    accumulate,
    plugins,
  });
  const record = await trainer.fit(digits(10), { ...options, ...more });
  const weights = Object.values(await trainer.getWeights()).flatMap(({ data }) => [...data]);
  return { record, weights };
}

test('counts batches by epoch, each from its epoch on, 1 before the first', () => {
  const { most, even, at, given } = accumulation({ 4: 4, 1: 8 });
  expect([0, 1, 3, 4, 100].map(at)).toEqual([1, 8, 8, 4, 4]);
  expect({ most, even, given }).toEqual({ most: 8, even: false, given: { 1: 8, 4: 4 } });
  expect(accumulation({ 0: 3 })).toMatchObject({ most: 3, even: true });
  expect(accumulation({ 2: 1 })).toMatchObject({ most: 1, even: true });
});

test.each([
  ['0', 0],
  ['half a batch', 1.5],
  ['no epochs', {}],
  ['a list', [2, 4]],
  ['null', null],
  ['an epoch below 0', { '-1': 2 }],
  ['half an epoch', { 0.5: 2 }],
  ['0 batches', { 0: 2, 3: 0 }],
])('%s is refused', (_, accumulate) => {
  expect(() => accumulation(accumulate as never)).toThrow('[trainer] accumulate');
});

describe('a schedule of accumulation', () => {
  test('makes the steps of batches so many times as large, epoch by epoch', async () => {
    const seen: number[][] = [];
    const watching: Plugin = {
      name: 'watching',
      onStepStart: ({ epoch, stepInEpoch, stepsPerEpoch, step }) =>
        void seen.push([epoch, stepInEpoch, stepsPerEpoch, step]),
    };
    // Without momentum kept between two fits the halves could not be compared: one run of each, by hand.
    const sgd = { ...momentum(0.05), name: 'sgd' };
    const plain = {
      ...sgd,
      init: () => ({}),
      update: (gradients: Record<string, tf.Tensor>, _: unknown, parameters: Record<string, tf.Tensor>) => ({
        parameters: Object.fromEntries(
          Object.entries(parameters).map(([n, p]) => [n, tf.sub(p, tf.mul(gradients[n]!, 0.05))]),
        ),
        slots: {},
      }),
    };
    const parts = { loss: squaredError(), optimizer: plain as never, seed: 4 };
    const [scheduled, byHand] = [toyModel(), toyModel()];
    await new Trainer({ ...parts, model: scheduled, accumulate: { 1: 3, 3: 2 }, plugins: [watching] }).fit(
      digits(10),
      { ...options, shuffle: false },
    );
    for (const [epochs, batchSize] of [
      [1, 2],
      [2, 6],
      [1, 4],
    ] as const)
      await new Trainer({ ...parts, model: byHand }).fit(digits(10), { epochs, batchSize, shuffle: false });
    const weightsOf = (model: typeof scheduled) => model.getWeights().flatMap((w) => [...w.dataSync()]);
    const expected = weightsOf(byHand);
    weightsOf(scheduled).forEach((weight, i) => expect(weight).toBeCloseTo(expected[i]!, 6));
    expect(seen).toEqual([
      ...[0, 1, 2, 3, 4].map((i) => [0, i, 5, i]),
      ...[0, 1].map((i) => [1, i, 2, 5 + i]),
      ...[0, 1].map((i) => [2, i, 2, 7 + i]),
      ...[0, 1, 2].map((i) => [3, i, 3, 9 + i]),
    ]);
  });

  test.each([2, 5, 6, 8, 9])('resumed after step %i, a run ends as if never stopped', async (saveAt) => {
    let saved: Checkpoint | undefined;
    const saving: Plugin = {
      name: 'saving',
      async onStepEnd(at) {
        if (at.step === saveAt) saved = await at.checkpoint();
      },
    };
    const whole = await run({ 1: 3, 3: 2 }, [saving]);
    const resumeFrom = decodeCheckpoint(encodeCheckpoint(saved!));
    const resumed = await run({ 1: 3, 3: 2 }, [saving], { resumeFrom });
    expect(resumed.weights).toEqual(whole.weights);
    expect(resumed.record.epochs).toEqual(whole.record.epochs);
    await expect(run({ 1: 3, 3: 4 }, [saving], { resumeFrom })).rejects.toThrow('accumulate');
  });

  test('a checkpoint of the end of an epoch has the steps of the next', async () => {
    const saved: Checkpoint[] = [];
    const saving: Plugin = {
      name: 'saving',
      enforce: 'post',
      onEpochEnd: async (at) => void saved.push(await at.checkpoint()),
    };
    const whole = await run({ 1: 3, 3: 2 }, [saving]);
    expect(saved.map(({ stepsPerEpoch }) => stepsPerEpoch)).toEqual([2, 2, 3, 3]);
    const resumed = await run({ 1: 3, 3: 2 }, [saving], { resumeFrom: saved[2]! });
    expect(resumed.weights).toEqual(whole.weights);
  });

  test('never draws the numbers of another batch, and has schedules go by whole epochs', async () => {
    const draws: number[] = [];
    const positions: unknown[] = [];
    const drawing: Plugin = {
      name: 'drawing',
      scalars: {
        at: (at) => {
          positions.push([at.epoch, at.stepsPerEpoch]);
          return 0;
        },
      },
      transformBatch(batch, step) {
        if (step.training) draws.push(step.random('x', [1]).dataSync()[0]!);
        return batch;
      },
    };
    await run({ 0: 4, 1: 1, 2: 2 }, [drawing]);
    expect(draws).toHaveLength(20);
    expect(new Set(draws).size).toBe(20);
    expect(positions).toContainEqual([1, Infinity]);
  });
});
