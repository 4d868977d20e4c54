import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, Plugin, Schedule } from '@espalier/core';
import { testStep, toyRun } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { trajectory } from '../../../testing/references/optimizers/trajectory.js';
import { adam, adamW, cosineDecay, partition, type ParameterGroup, sgd, stepScalars } from './index.js';

test('each group goes as it would alone', () => {
  const [body, biases, rest] = [
    adamW({ learningRate: 0.01, weightDecay: 0.1, beta1: 0.5 }),
    sgd({ learningRate: cosineDecay({ initialValue: 0.1, decaySteps: 20 }), momentum: 0.9 }),
    adam({ learningRate: 0.02, beta2: 0.9 }),
  ];
  const together = trajectory(
    partition({
      body: { parameters: 'kernels', optimizer: body },
      biases: { parameters: ['dense/bias'], optimizer: biases },
      rest: { parameters: 'others', optimizer: rest },
    }),
  );
  const alone: [RegExp, Optimizer][] = [
    [/kernel$/, body],
    [/bias$/, biases],
    [/gamma$/, rest],
  ];
  const slots: Record<string, readonly number[]> = {};
  for (const [names, optimizer] of alone) {
    const expected = trajectory(optimizer);
    for (const [name, values] of Object.entries(expected.after.at(-1)!))
      if (names.test(name)) expect(together.after.at(-1)![name]).toEqual(values);
    for (const [slot, values] of Object.entries(expected.slots)) if (names.test(slot)) slots[slot] = values;
  }
  expect(together.slots).toEqual(slots);
});

test('a factor of the rate is a number or a schedule, in the first group too', () => {
  const halving: Schedule = ({ step }) => 0.5 ** step;
  for (const first of [true, false]) {
    const others: Record<string, ParameterGroup> = {
      others: { parameters: 'others', optimizer: sgd({ learningRate: 3 }) },
    };
    const scaled: Record<string, ParameterGroup> = {
      bias: { parameters: 'biases', optimizer: sgd({ learningRate: 0.1 }), rate: halving },
    };
    const { after } = trajectory(partition(first ? { ...scaled, ...others } : { ...others, ...scaled }));
    const expected = trajectory(sgd({ learningRate: (at) => 0.1 * halving(at) })).after;
    expect(after.at(-1)!['dense/bias']).toEqual(expected.at(-1)!['dense/bias']);
  }
});

const groups = (second: number) =>
  partition({
    first: { parameters: 'kernels', optimizer: sgd({ learningRate: 0.1 }) },
    second: { parameters: 'others', optimizer: sgd({ learningRate: second }) },
  });

test('factors of plugins slow every group, and the run reports the rate of the first', async () => {
  const quarter: Plugin = { name: 'quarter', onFitStart: (run) => run.scaleLearningRate('quarter', 0.25) };
  const slowed = await toyRun({ optimizer: groups(0.4), plugins: [quarter] });
  const expected = await toyRun({
    optimizer: partition({
      first: { parameters: 'kernels', optimizer: sgd({ learningRate: 0.025 }) },
      second: { parameters: 'others', optimizer: sgd({ learningRate: 0.1 }) },
    }),
  });
  expect(slowed.weights).toEqual(expected.weights);
  expect(slowed.record.epochs[0]!['learning_rate']).toBe(0.025);
  expect((await toyRun({ optimizer: groups(0.4) })).weights).not.toEqual(slowed.weights);
});

test('in a loop of your own a rate that is given scales all groups', () => {
  const optimizer = groups(0.4);
  const rateOf = (learningRate?: number) => {
    const given = stepScalars(optimizer, { step: 0, epoch: 0, stepsPerEpoch: 1 }, learningRate);
    return given('learningRateFactor').dataSync()[0]!;
  };
  expect(rateOf()).toBe(1);
  expect(rateOf(0.05)).toBe(0.5);
});

test.each<[Record<string, ParameterGroup>, string]>([
  [
    { a: { parameters: 'kernels', optimizer: sgd() } },
    "[partition] parameter 'hidden/bias' is in no group; add one that takes it, or a group with parameters: 'others'.",
  ],
  [
    {
      a: { parameters: 'kernels', optimizer: sgd() },
      b: { parameters: /hidden/, optimizer: sgd() },
      c: { parameters: 'others', optimizer: sgd() },
    },
    "[partition] parameter 'hidden/kernel' is in the groups 'a' and 'b'; leave it in one.",
  ],
  [
    { a: { parameters: /^conv/, optimizer: sgd() }, b: { parameters: 'others', optimizer: sgd() } },
    "[partition, group 'a'] the selector of parameters selects nothing; the model has: hidden/kernel",
  ],
  [
    { a: { parameters: ['hidden/kernal'], optimizer: sgd() }, b: { parameters: 'others', optimizer: sgd() } },
    "[partition, group 'a'] parameter 'hidden/kernal' does not exist",
  ],
  [
    { a: { parameters: 'all', optimizer: sgd() }, b: { parameters: 'others', optimizer: sgd() } },
    "[partition] group 'b' takes no parameter: the other groups take all; leave it out.",
  ],
])('a run with groups %o does not start', async (given, message) => {
  await expect(toyRun({ optimizer: partition(given) })).rejects.toThrow(message);
});

test('goes on where all parameters of a group are frozen later', () => {
  tf.tidy(() => {
    const optimizer = partition({
      hidden: { parameters: ['hidden/kernel'], optimizer: sgd({ momentum: 0.5 }) },
      rest: { parameters: 'others', optimizer: sgd({ momentum: 0.5 }) },
    });
    const all = { 'hidden/kernel': tf.scalar(1), 'output/kernel': tf.scalar(1) };
    const slots = optimizer.init(all);
    const step = testStep({ scalars: { ...optimizer.scalars, learningRate: 0.1 } });
    const { 'hidden/kernel': _, ...left } = all;
    const next = optimizer.update(left, slots, left, step.scalar);
    expect(Object.keys(next.parameters)).toEqual(['output/kernel']);
    expect(next.slots['momentum/output/kernel']!.dataSync()[0]).toBe(1);
    expect(next.slots['momentum/hidden/kernel']).toBe(slots['momentum/hidden/kernel']);
    step.dispose();
  });
});

test('slots whose names end alike stay apart', () => {
  tf.tidy(() => {
    const optimizer = partition({
      inner: { parameters: ['kernel'], optimizer: sgd({ momentum: 0.5 }) },
      outer: { parameters: ['a/kernel'], optimizer: sgd({ momentum: 0.5 }) },
    });
    const tensors = { kernel: tf.scalar(1), 'a/kernel': tf.scalar(2) };
    const step = testStep({ scalars: { ...optimizer.scalars } });
    const { slots } = optimizer.update(tensors, optimizer.init(tensors), tensors, step.scalar);
    expect(slots['momentum/kernel']!.dataSync()[0]).toBe(1);
    expect(slots['momentum/a/kernel']!.dataSync()[0]).toBe(2);
    step.dispose();
  });
});
