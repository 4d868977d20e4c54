import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { testStep } from '@espalier/testkit';
import { expect, test } from 'vitest';
import {
  fixture,
  largestError,
  read,
  toTensors,
  valueAndGradients,
} from '../../../testing/references/regularizers/fixture.js';
import { elasticNet } from './elastic-net.js';
import { l1 } from './l1.js';
import { l2 } from './l2.js';

const step = testStep({ scalars: { batchSize: fixture.batchSize } });

/** A fixture's case in every form that our factories have for it. */
function plugins({ l1: first, l2: second, scaling }: (typeof fixture.penalties)[number]): Plugin[] {
  const forms: Plugin[] = [elasticNet({ l1: first, l2: second, scaling })];
  if (second === 0) forms.push(l1({ lambda: first, scaling }));
  if (first === 0) forms.push(l2({ lambda: second, scaling }));
  return forms;
}

test.each(fixture.penalties)("is PyTorch's: $scaling, l1 $l1, l2 $l2", (expected) => {
  for (const plugin of plugins(expected)) {
    const { value, gradients } = valueAndGradients(plugin, step);
    expect(Math.abs(value / expected.value - 1)).toBeLessThan(1e-6);
    for (const [name, numbers] of Object.entries(expected.gradients)) {
      expect(largestError(gradients[name]!, numbers)).toBeLessThan(1e-6);
    }
    expect(Object.keys(gradients)).toEqual(Object.keys(expected.gradients));
  }
});

test('the default scaling is the sum', () => {
  const { value } = valueAndGradients(l2({ lambda: 0.02 }), step);
  const sum = fixture.penalties.find((one) => one.scaling === 'sum' && one.l1 === 0)!;
  expect(value / sum.value).toBeCloseTo(1, 6);
});

test('per-sample divides by the batch of the step', () => {
  const [small, large] = [8, 16].map((batchSize) => {
    const own = testStep({ scalars: { batchSize } });
    const result = valueAndGradients(l1({ lambda: 1, scaling: 'per-sample' }), own);
    own.dispose();
    return result;
  });
  expect(small!.value / large!.value).toBeCloseTo(2, 6);
  expect(small!.gradients['hidden/kernel']!.map(Math.abs)).toEqual(Array(12).fill(1 / 16));
});

test('the gradient at 0 is 0, also of the norm of a zero vector', () => {
  for (const scaling of ['sum', 'half', 'per-sample', 'norm'] as const) {
    const { gradients } = valueAndGradients(elasticNet({ l1: 1, l2: 1, scaling }), step);
    expect(gradients['zero/kernel']!.map(Math.abs)).toEqual([0, 0, 0, 0]);
    expect(gradients['sparse/kernel']!.filter((g) => g !== 0)).toHaveLength(2);
  }
});

test('the gradient scales with what the penalty is multiplied by', () => {
  const plugin = elasticNet({ l1: 0.5, l2: 0.25 });
  const objective = (w: tf.Tensor): tf.Scalar => tf.mul(plugin.penalty!({ 'a/kernel': w }, step), 3);
  expect(read(tf.grad(objective)(tf.tensor2d([[2, -4, 0]])))).toEqual([4.5, -7.5, 0]);
});

test('a second derivative is that of the square', () => {
  const first = (w: tf.Tensor): tf.Tensor =>
    tf.grad((v) => l2({ lambda: 0.5 }).penalty!({ 'a/kernel': v }, step))(w);
  expect(read(tf.grad((w) => tf.sum(first(w)))(tf.tensor2d([[2, -4]])))).toEqual([1, 1]);
});

test('a NaN or infinite weight shows', () => {
  for (const plugin of [l1({ lambda: 1 }), l2({ lambda: 1 }), l2({ lambda: 1, scaling: 'norm' })]) {
    const value = (w: number) => plugin.penalty!({ 'a/kernel': tf.tensor2d([[1, w]]) }, step).dataSync()[0];
    expect(value(NaN)).toBeNaN();
    expect(value(-Infinity)).toBe(Infinity);
  }
});

test('takes kernels only, unless asked', () => {
  const value = (options: object) => valueAndGradients(l1({ lambda: 1, ...options }), step).value;
  const sum = (...names: string[]) =>
    names.flatMap((name) => fixture.parameters[name]!).reduce((total, w) => total + Math.abs(w), 0);
  const kernels = Object.keys(fixture.parameters).filter((name) => name !== 'hidden/bias');
  expect(value({}) / sum(...kernels)).toBeCloseTo(1, 6);
  expect(value({ parameters: 'all' }) / sum(...kernels, 'hidden/bias')).toBeCloseTo(1, 6);
  const bias = l1({ lambda: 1, parameters: 'biases' }).penalty!(toTensors(), step);
  expect(bias.dataSync()[0]).toBe(1.75);
});

test('a schedule enters as a scalar of the step', () => {
  const plugin = elasticNet({ l1: (at) => at.step / 100, l2: 0.02, scaling: 'half' });
  for (const [at, l1Now] of [
    [1, 0.01],
    [50, 0.5],
  ] as const) {
    const now = testStep({ step: at, scalars: { ...plugin.scalars } });
    const fixed = valueAndGradients(elasticNet({ l1: l1Now, l2: 0.02, scaling: 'half' }), step);
    const { value, gradients } = valueAndGradients(plugin, now);
    expect(value / fixed.value).toBeCloseTo(1, 6);
    expect(gradients['hidden/kernel']).toEqual(fixed.gradients['hidden/kernel']);
    now.dispose();
  }
  expect(() => l1({ lambda: () => -1 }).scalars!['lambda']!({ step: 3, epoch: 0, stepsPerEpoch: 9 })).toThrow(
    '[l1] lambda at step 3 must be a number >= 0, got -1',
  );
});

test('a weight of 0 leaves nothing in the step', () => {
  expect(l1({ lambda: 0 })).toEqual({ name: 'l1', config: expect.anything() });
  expect(l2({ lambda: 0 })).toEqual({ name: 'l2', config: expect.anything() });
  expect(elasticNet({ l1: 0, l2: 0 })).toEqual({ name: 'elastic-net', config: expect.anything() });
});

// Of two kernels: forward the terms, one addition and one product with lambda; backward what is written, and products
// of the scalars.
test.each<[string, Plugin, number, number]>([
  ['l1', l1({ lambda: 0.1 }), 2 * 2 + 2, 2 * 2 + 1],
  ['l2', l2({ lambda: 0.1 }), 2 * 2 + 2, 2 * 1 + 2],
  ['l2 norm', l2({ lambda: 0.1, scaling: 'norm' }), 2 * 3 + 2, 2 * 3 + 1],
  ['elastic net', elasticNet({ l1: 0.1, l2: 0.1 }), 2 * 4 + 5, 2 * 4 + 3],
  ['elastic net without l1', elasticNet({ l1: 0, l2: 0.1 }), 2 * 2 + 2, 2 * 1 + 2],
])('costs few kernels and leaves only its value: %s', async (_, plugin, forward, backward) => {
  const weights = [tf.ones([2, 3]), tf.ones([3, 1])];
  const penalty = (...[a, b]: tf.Tensor[]) => plugin.penalty!({ 'a/kernel': a!, 'b/kernel': b! }, step);
  const count = async (run: () => tf.TensorContainer) => {
    const { kernels } = await tf.profile(() => tf.tidy(run));
    // What is saved for the gradient is shared by Identity; the other two names are tfjs's for scopes.
    return kernels.filter(({ name }) => !['Identity', 'unnamed scope', 'forward'].includes(name)).length;
  };
  const before = tf.memory().numTensors;
  expect(await count(() => penalty(...weights))).toBe(forward);
  expect(tf.memory().numTensors - before).toBe(1);
  const both = await count(() => tf.valueAndGrads(penalty)(weights) as unknown as tf.TensorContainer);
  expect(both).toBe(forward + backward);
});

test('does the same twice, and gradients leave nothing', () => {
  const plugin = elasticNet({ l1: 0.1, l2: 0.1, scaling: 'norm' });
  const parameters = toTensors();
  const first = valueAndGradients(plugin, step, parameters);
  const before = tf.memory().numTensors;
  expect(valueAndGradients(plugin, step, parameters)).toEqual(first);
  expect(tf.memory().numTensors).toBe(before);
});

test.each<[() => unknown, string]>([
  [() => l1({} as never), '[l1] lambda must be a number >= 0 or a schedule, got undefined'],
  [() => l1({ lambda: -1 }), '[l1] lambda must be a number >= 0, got -1'],
  [() => l2({ lambda: NaN }), '[l2] lambda must be a number >= 0, got NaN'],
  [() => elasticNet({ l1: 1, l2: Infinity }), '[elastic-net] l2 must be a number >= 0, got Infinity'],
  [
    () => l2({ lambda: 1, scaling: 'mean' as never }),
    "[l2] scaling must be one of 'sum', 'half', 'per-sample', 'norm'",
  ],
  [() => l2({ lambda: 1, name: '' }), '[l2] name must be'],
  [
    () => l1({ lambda: 0, parameters: 'kernel' as never }),
    "[l1] parameters must be 'kernels', 'biases', 'all'",
  ],
  [
    () => l1({ lambda: 1, parameters: ['nope'] }).penalty!(toTensors(), step),
    "[l1] parameter 'nope' does not exist; the model has: hidden/kernel",
  ],
  [
    () => l1({ lambda: 1, parameters: /gru/ }).penalty!(toTensors(), step),
    '[l1] the selector of parameters selects nothing',
  ],
])('refuses %s', (make, message) => expect(make).toThrow(message));

test('the norm can be differentiated twice', () => {
  const plugin = l2({ lambda: 1, scaling: 'norm' });
  // The gradient of the sum of the unit vector w / |w|: (1 - w sum(w) / |w|^2) / |w|.
  const w = [3, 4];
  const penalty = (x: tf.Tensor) => plugin.penalty!({ 'a/kernel': x }, step);
  const first = tf.grad((x) => penalty(x) as tf.Tensor);
  const second = tf.grad((x) => tf.sum(first(x)))(tf.tensor2d([w]));
  const expected = w.map((one) => (1 - (one * 7) / 25) / 5);
  [...second.dataSync()].forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
});
