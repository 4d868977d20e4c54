import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { testStep } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { fixture, largestError, read, toTensors } from '../../../testing/references/regularizers/fixture.js';
import { l1Proximal } from './l1-proximal.js';
import { maxNorm } from './max-norm.js';
import { weightDecay } from './weight-decay.js';

const kernels = Object.keys(fixture.parameters).filter((name) => name.endsWith('kernel'));

function transform(plugin: Plugin, w: tf.Tensor, learningRate = 1, previous = w): number[] {
  const step = testStep({ scalars: { learningRate, ...plugin.scalars } });
  const next = plugin.transformParameters!({ 'a/kernel': w }, { 'a/kernel': previous }, step);
  step.dispose();
  return read(next['a/kernel']);
}

test("the proximal map is PyTorch's softshrink by learningRate * lambda, with exact zeros", () => {
  const { learningRate, lambda, after } = fixture.proximal;
  const parameters = toTensors();
  const step = testStep({ scalars: { learningRate } });
  const next = l1Proximal({ lambda }).transformParameters!(parameters, parameters, step);
  for (const name of kernels) {
    const actual = read(next[name]);
    // Relative to the threshold: a weight just above it keeps few digits.
    expect(largestError(actual, after[name]!, 0.4)).toBeLessThan(1e-6);
    expect(actual.map((w) => w === 0)).toEqual(after[name]!.map((w) => w === 0));
  }
  expect(next['hidden/bias']).toBe(parameters['hidden/bias']);
  step.dispose();
});

test('the proximal map keeps NaN and infinity', () => {
  const w = tf.tensor2d([[NaN, Infinity, -Infinity, 0.05, -0.1]]);
  expect(transform(l1Proximal({ lambda: 0.1 }), w)).toEqual([NaN, Infinity, -Infinity, 0, 0]);
});

test('weight decay makes AdamW of Adam', () => {
  const { learningRate, rate, adam, adamw } = fixture.weightDecay;
  const step = testStep({ scalars: { learningRate } });
  const previous = toTensors();
  const next = weightDecay({ rate }).transformParameters!(
    { ...previous, ...toTensors(adam) },
    previous,
    step,
  );
  for (const name of kernels) {
    const size = fixture.parameters[name]!.map(Math.abs);
    expect(largestError(read(next[name]), adamw[name]!, Math.max(...size, 0.05))).toBeLessThan(1e-6);
  }
  expect(next['hidden/bias']).toBe(previous['hidden/bias']);
  step.dispose();
});

test('weight decay takes its share of the weights before the step', () => {
  const [w, previous] = [tf.tensor2d([[10, -1]]), tf.tensor2d([[2, 4]])];
  expect(transform(weightDecay({ rate: 0.5 }), w, 0.25, previous)).toEqual([9.75, -1.5]);
});

test("maxNorm is PyTorch's renorm of the columns", () => {
  const parameters = toTensors();
  const step = testStep();
  const next = maxNorm({ max: fixture.maxNorm.max }).transformParameters!(parameters, parameters, step);
  // PyTorch divides by norm + 1e-7.
  for (const name of kernels) {
    expect(largestError(read(next[name]), fixture.maxNorm.after[name]!)).toBeLessThan(5e-7);
  }
  step.dispose();
});

test('maxNorm keeps the bits of what is short enough', () => {
  const w = tf.tensor2d([
    [0.1, 3, 0],
    [0.7, 4, 0],
  ]);
  const [bound, kept] = [transform(maxNorm({ max: 1 }), w), read(w)];
  expect([bound[0], bound[3], bound[2], bound[5]]).toEqual([kept[0], kept[3], 0, 0]);
  expect([bound[1], bound[4]].map((v) => v!.toFixed(6))).toEqual(['0.600000', '0.800000']);
});

test('maxNorm takes norms over the axis asked for', () => {
  const w = tf.tensor2d([
    [3, 4],
    [0, 0.5],
  ]);
  const rounded = (axis?: number | number[], of: tf.Tensor = w) =>
    transform(maxNorm({ max: 1, ...(axis !== undefined && { axis }) }), of).map((v) => Number(v.toFixed(4)));
  expect(rounded(1)).toEqual([0.6, 0.8, 0, 0.5]);
  expect(rounded(-1)).toEqual([0.6, 0.8, 0, 0.5]);
  expect(rounded()).toEqual([1, 0.9923, 0, 0.124]);
  expect(rounded([0, 1])).toEqual([0.597, 0.796, 0, 0.0995]);
  expect(rounded(undefined, tf.tensor1d([3, 4]))).toEqual([0.6, 0.8]);
  // A convolution's filters: all axes but the last.
  expect(rounded(undefined, tf.ones([2, 2, 4, 3]))).toEqual(Array(48).fill(0.25));
});

test('a schedule enters as a scalar of the step', () => {
  const decay = weightDecay({ rate: (at) => at.step + 0.5 });
  expect(transform(decay, tf.tensor2d([[2]]), 0.5)).toEqual([1.5]);
  const proximal = l1Proximal({ lambda: (at) => at.step + 0.5 });
  expect(transform(proximal, tf.tensor2d([[2, -0.2]]), 0.5)).toEqual([1.75, 0]);
});

test('a weight of 0 leaves nothing in the step', () => {
  expect(l1Proximal({ lambda: 0 })).toEqual({ name: 'l1-proximal', config: expect.anything() });
  expect(weightDecay({ rate: 0, name: 'mine' })).toEqual({ name: 'mine', config: expect.anything() });
});

test.each<[string, Plugin, number, number]>([
  ['l1Proximal', l1Proximal({ lambda: 0.1 }), 3, 2],
  ['weightDecay', weightDecay({ rate: 0.1 }), 2, 1],
  ['maxNorm', maxNorm({ max: 0.1 }), 6, 0],
])('%s costs the kernels it says, is pure, and leaves only its outputs', async (_, plugin, each, once) => {
  const parameters = toTensors();
  const given = Object.values(parameters).map(read);
  const step = testStep();
  const run = () =>
    tf.tidy(() => plugin.transformParameters!(parameters, parameters, step) as tf.NamedTensorMap);
  const before = tf.memory().numTensors;
  const first = Object.values(run()).map(read);
  expect(tf.memory().numTensors - before).toBe(kernels.length);
  expect(Object.values(run()).map(read)).toEqual(first);
  expect(Object.values(parameters).map(read)).toEqual(given);
  // Reshape is sum's way of keeping dimensions; it moves nothing.
  const counted = (await tf.profile(run)).kernels.filter(({ name }) => name !== 'Reshape');
  expect(counted).toHaveLength(each * kernels.length + once);
  step.dispose();
});

test.each<[() => unknown, string]>([
  [() => l1Proximal({ lambda: -1 }), '[l1-proximal] lambda must be a number >= 0, got -1'],
  [
    () => weightDecay({ rate: 'x' as never }),
    "[weight-decay] rate must be a number >= 0 or a schedule, got 'x'",
  ],
  [() => weightDecay({ rate: 1, name: '' }), '[weight-decay] name must be'],
  [() => maxNorm({ max: 0 }), '[max-norm] max must be a number > 0, got 0'],
  [() => maxNorm({ max: 1, axis: 0.5 }), '[max-norm] axis must be a whole number or a list of them, got 0.5'],
  [() => maxNorm({ max: 1, axis: [] }), '[max-norm] axis must be'],
  [
    () => transform(maxNorm({ max: 1, axis: 2 }), tf.ones([2, 3])),
    "[max-norm] axis [2] does not exist in parameter 'a/kernel' of shape [2,3]",
  ],
])('refuses %s', (make, message) => expect(make).toThrow(message));
