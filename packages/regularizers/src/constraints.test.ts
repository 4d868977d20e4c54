import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { Plugin } from '@espalier/core';
import { testStep } from '@espalier/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import fixture from '../../../testing/references/regularizers/constraints.json' with { type: 'json' };
import {
  box,
  gradientNoise,
  groupLasso,
  minMaxNorm,
  nonNegative,
  nuclearNorm,
  orthogonal,
  unitNorm,
} from './index.js';

beforeAll(() => tf.setBackend('cpu'));
const step = testStep();
afterAll(() => step.dispose());

type Name = keyof typeof fixture.parameters;
const NAMES = Object.keys(fixture.parameters) as Name[];
const tensorOf = (name: Name): tf.Tensor =>
  tf.tensor(fixture.parameters[name].values, fixture.parameters[name].shape);
const kernels = () => Object.fromEntries(NAMES.map((name) => [`${name}/kernel`, tensorOf(name)]));
const expectClose = (got: tf.Tensor, want: readonly number[]): void =>
  got
    .dataSync()
    .forEach((value, i) =>
      expect(Math.abs(value - want[i]!)).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(want[i]!))),
    );

test.each([
  ['nonNegative', nonNegative()],
  ['unitNorm', unitNorm()],
  ['minMaxNorm', minMaxNorm({ min: 0.8, max: 1.5, rate: 0.6 })],
] as const)('%s is the constraint of Keras', (kind, plugin: Plugin) => {
  const next = plugin.transformParameters!(kernels(), kernels(), step);
  for (const name of NAMES) expectClose(next[`${name}/kernel`]!, fixture[kind][name].values);
});

test.each([
  ['orthogonal', orthogonal({ lambda: 0.5 })],
  ['groupLasso', groupLasso({ lambda: 0.5 })],
] as const)('%s has the value and gradient of PyTorch, 0 at zeros', (kind, plugin: Plugin) => {
  for (const name of NAMES) {
    const { value, gradient } = fixture[kind][name];
    const of = (w: tf.Tensor): tf.Scalar => plugin.penalty!({ 'a/kernel': w }, step);
    expect(of(tensorOf(name)).dataSync()[0]! / (0.5 * value)).toBeCloseTo(1, 5);
    expectClose(
      tf.grad(of)(tensorOf(name)),
      gradient.values.map((slope) => 0.5 * slope),
    );
  }
});

test.each([
  ['orthogonal', orthogonal({ lambda: 0.5 })],
  ['nuclearNorm', nuclearNorm({ lambda: 0.5 })],
  ['groupLasso', groupLasso({ lambda: 0.5 })],
] as const)(
  '%s takes the units of a transposed and of a depthwise convolution as they lie',
  (_, plugin: Plugin) => {
    const of = (name: string, w: tf.Tensor): { value: number; gradient: tf.Tensor } => {
      const penalty = (x: tf.Tensor): tf.Scalar => plugin.penalty!({ [name]: x }, step);
      return { value: penalty(w).dataSync()[0]!, gradient: tf.grad(penalty)(w) };
    };
    const w = tensorOf('filters');
    const plain = of('a/kernel', w);
    const turned = of('a/transposed_kernel', tf.transpose(w, [0, 1, 3, 2]));
    expect(turned.value / plain.value).toBeCloseTo(1, 5);
    expectClose(tf.transpose(turned.gradient, [0, 1, 3, 2]), [...plain.gradient.dataSync()]);
    // Eight filters of one channel each.
    const depthwise = of('a/depthwise_kernel', w);
    const columns = of('a/kernel', tf.reshape(w, [9, 8]));
    expect(depthwise.value / columns.value).toBeCloseTo(1, 5);
    expect(Math.abs(depthwise.value / plain.value - 1)).toBeGreaterThan(0.001);
    expectClose(tf.reshape(depthwise.gradient, [9, 8]), [...columns.gradient.dataSync()]);
  },
);

test('box projects onto its bounds, and leaves a NaN', () => {
  const given = { 'a/kernel': tf.tensor2d([[NaN, -3, -0.5, 0.25, 7, Infinity]]), 'a/bias': tf.tensor1d([9]) };
  const next = box({ min: -1, max: 0.5 }).transformParameters!(given, given, step);
  expect([...next['a/kernel']!.dataSync()]).toEqual([NaN, -1, -0.5, 0.25, 0.5, 0.5]);
  expect([...next['a/bias']!.dataSync()]).toEqual([9]);
  expect(() => box({ min: 2 })).toThrow('[box] min must be at most max, which is 1, got 2');
});

test('a NaN stays one, and an axis that is not there is refused by name', () => {
  const bad = { 'a/kernel': tf.tensor2d([[NaN, -1]]) };
  expect([...nonNegative().transformParameters!(bad, bad, step)['a/kernel']!.dataSync()]).toEqual([NaN, 0]);
  for (const plugin of [unitNorm({ axis: 2 }), minMaxNorm({ axis: 2 })])
    expect(() => plugin.transformParameters!(bad, bad, step)).toThrow(
      "axis [2] does not exist in parameter 'a/kernel'",
    );
  expect(() => groupLasso({ lambda: 1, axis: 2 }).penalty!(bad, step)).toThrow('axis [2] does not exist');
  expect(() => minMaxNorm({ min: 2 })).toThrow('[min-max-norm] min must be at most max, which is 1, got 2');
});

test('gradient noise has its deviation, reaches what has a gradient, and is another one in each parameter', () => {
  const zeros = { 'a/kernel': tf.zeros([50, 50]), 'b/kernel': tf.zeros([50, 50]) };
  const parameters = { ...zeros, 'c/kernel': tf.zeros([1]) };
  const noisy = gradientNoise({ stddev: 0.5 }).transformGradients!(zeros, parameters, step);
  expect(Object.keys(noisy)).toEqual(['a/kernel', 'b/kernel']);
  for (const one of Object.values(noisy)) {
    const { mean, variance } = tf.moments(one);
    expect(Math.abs(mean.dataSync()[0]!)).toBeLessThan(0.05);
    expect(Math.abs(variance.dataSync()[0]! - 0.25)).toBeLessThan(0.03);
  }
  expect([...noisy['a/kernel']!.dataSync()]).not.toEqual([...noisy['b/kernel']!.dataSync()]);
});
