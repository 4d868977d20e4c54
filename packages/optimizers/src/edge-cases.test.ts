import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, Schedule, Tensors } from '@espalier/core';
import { testStep, toyRun } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { trajectory } from '../../../testing/references/optimizers/trajectory.js';
import {
  adam,
  adan,
  ftrl,
  lookahead,
  muon,
  nadam,
  partition,
  radam,
  rmsprop,
  rprop,
  scheduleFreeAdamW,
  scheduleFreeSgd,
  scheduleFreeWeights,
  sgd,
  signSgd,
} from './index.js';

/** The values of one parameter after each step, for a gradient of each. */
function values(optimizer: Optimizer, start: number[], gradients: number[][], rate?: Schedule): number[][] {
  return tf.tidy(() => {
    let parameters: Tensors = { w: tf.tensor1d(start) };
    let slots = optimizer.init(parameters);
    return gradients.map((gradient, step) => {
      const learningRate = rate ?? optimizer.learningRate;
      const context = testStep({ step, scalars: { ...optimizer.scalars, learningRate } });
      ({ parameters, slots } = optimizer.update(
        { w: tf.tensor1d(gradient) },
        slots,
        parameters,
        context.scalar,
      ));
      context.dispose();
      return [...parameters['w']!.dataSync()];
    });
  });
}

test('a constant gradient has no variance, however small it is, and centered RMSprop no NaN', () => {
  for (const size of [1e-30, 1e-3, 1, 1e3]) {
    const steps = values(rmsprop({ centered: true, rho: 0.5 }), [1], Array<number[]>(60).fill([size]));
    expect(steps.flat().every(Number.isFinite)).toBe(true);
  }
});

test('no optimizer hides a NaN behind a sign', () => {
  for (const optimizer of [signSgd(), rprop(), signSgd({ momentum: 0.9 })]) {
    const [first, second] = values(
      optimizer,
      [1, 1],
      [
        [NaN, 1],
        [1, 1],
      ],
    );
    expect(first![0]).toBeNaN();
    expect(first![1]).toBeLessThan(1);
    expect(second![1]).toBeLessThan(first![1]!);
  }
});

test('nadam’s momenta are a function of the step alone, also far out and asked for backwards', () => {
  const at = (step: number) => ({ step, epoch: 0, stepsPerEpoch: 10 });
  const scalars = (steps: number[]) => {
    const { gradientScale, momentScale } = nadam().scalars!;
    return steps.map((step) => [gradientScale!(at(step)), momentScale!(at(step))]);
  };
  const steps = [0, 5, 100, 1_000_000];
  expect(scalars([...steps].reverse()).reverse()).toEqual(scalars(steps));
  // 1 - mu_t and mu_(t+1) * (1 - beta1), with mu = 0.9 at last, times the root's correction.
  const root = Math.sqrt(1 / (1 - 0.999));
  expect(scalars([1e7])[0]![0]).toBeCloseTo(0.1 * root, 9);
  expect(scalars([1e7])[0]![1]).toBeCloseTo(0.9 * 0.1 * root, 9);
});

test('at a rate of 0 nothing moves, and what comes after is as if those steps had a gradient of 0', () => {
  const late: Schedule = ({ step }) => (step < 2 ? 0 : 0.1);
  const gradients = [[5], [-3], [1], [2]];
  for (const optimizer of [ftrl({ learningRate: 0.1 }), scheduleFreeSgd({ learningRate: 0.1 })]) {
    const steps = values(optimizer, [0.5], gradients, late);
    expect(steps.slice(0, 2)).toEqual([[0.5], [0.5]]);
    expect(steps.slice(2)).toEqual(values(optimizer, [0.5], gradients.slice(2)));
  }
  expect(values(scheduleFreeAdamW(), [0.5], gradients, late).flat().every(Number.isFinite)).toBe(true);
});

test('ftrl with l1 gives exact zeros', () => {
  const steps = values(ftrl({ learningRate: 0.1, l1: 1 }), [0, 0], Array<number[]>(5).fill([0.1, 3]));
  expect(steps.at(-1)![0]).toBe(0);
  expect(steps.at(-1)![1]).toBeLessThan(0);
});

test('radam takes plain steps until its variance is known', () => {
  // With beta2 = 0.999 the first five steps are m / (1 - beta1^t), and a constant gradient moves by the rate times itself.
  const steps = values(radam({ learningRate: 1 }), [0], Array<number[]>(6).fill([0.5])).flat();
  steps.slice(0, 5).forEach((value, i) => expect(value).toBeCloseTo(-0.5 * (i + 1), 5));
  expect(steps[5]).not.toBeCloseTo(-3, 2);
});

test('adan expects a change to go on: by beta2 unless told otherwise', () => {
  const gradients = [[1], [2], [4]];
  const byDefault = values(adan({ learningRate: 0.1 }), [0], gradients);
  expect(values(adan({ learningRate: 0.1, differenceScale: 0.92 }), [0], gradients)).toEqual(byDefault);
  expect(values(adan({ learningRate: 0.1, differenceScale: 0.08 }), [0], gradients)).not.toEqual(byDefault);
});

test('lookahead goes back part of the way every few steps, and not in between', () => {
  const steps = values(
    lookahead(sgd({ learningRate: 1 }), { period: 3, share: 0.25 }),
    [0],
    Array<number[]>(7).fill([-1]),
  );
  expect(steps.flat()).toEqual([1, 2, 0.75, 1.75, 2.75, 1.5, 2.5]);
  const groups = partition({
    all: { parameters: 'all', optimizer: lookahead(adam({ learningRate: 0.01 }), { period: 2 }) },
  });
  expect(trajectory(groups)).toEqual(trajectory(lookahead(adam({ learningRate: 0.01 }), { period: 2 })));
});

test('muon is for the matrices that it is told, and refuses others when the run starts', async () => {
  await expect(toyRun({ optimizer: muon({ matrices: ['output/bias'] }) })).rejects.toThrow(
    "[orthogonalize] parameters must be matrices or filters, got 'output/bias of shape [3]'.",
  );
  await expect(toyRun({ optimizer: muon({ matrices: /conv/ }) })).rejects.toThrow(
    '[muon] the selector of parameters selects nothing',
  );
  const { final } = await toyRun({ optimizer: muon({ matrices: ['hidden/kernel'] }) });
  const slots = Object.keys(final.arrays).filter((name) => name.startsWith('slots/'));
  expect(slots.filter((name) => name.startsWith('slots/momentum/'))).toEqual([
    'slots/momentum/hidden/kernel',
  ]);
  expect(slots.filter((name) => name.startsWith('slots/adam/')).length).toBe(6);
});

test('schedule-free weights of a constant gradient are the mean of its steps', () => {
  tf.tidy(() => {
    const optimizer = scheduleFreeSgd({ learningRate: 1, momentum: 0.5 });
    let parameters: Tensors = { w: tf.tensor1d([0]) };
    let slots = optimizer.init(parameters);
    for (let step = 0; step < 4; step++) {
      const context = testStep({ step, scalars: { ...optimizer.scalars, learningRate: 1 } });
      ({ parameters, slots } = optimizer.update({ w: tf.tensor1d([-1]) }, slots, parameters, context.scalar));
      context.dispose();
    }
    // z has been 1, 2, 3, 4.
    expect(slots['z/w']!.dataSync()[0]).toBeCloseTo(4, 6);
    const weights = scheduleFreeWeights({ ...parameters, other: tf.scalar(7) }, slots, 0.5);
    expect(weights['w']!.dataSync()[0]).toBeCloseTo(2.5, 6);
    expect(weights['other']!.dataSync()[0]).toBe(7);
  });
  expect(() => scheduleFreeWeights({}, {}, 0)).toThrow('interpolation must be a number > 0 and <= 1, got 0');
});
