import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, Tensors } from '@espalier/core';
import { testStep } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { trajectory } from '../../../../testing/references/optimizers/trajectory.js';
import {
  adam,
  adamW,
  addDecayedWeights,
  centralize,
  chain,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  eachParameter,
  type GradientTransform,
  withName,
  scale,
  scaleByAdam,
  scaleByLearningRate,
  scaleByTrustRatio,
  updateOf,
  sgd,
  toOptimizer,
  trace,
  valueOf,
} from '../index.js';

const parameters = { 'a/kernel': [1, -2], 'a/bias': [0.5] };
const gradients = { 'a/kernel': [3, -4], 'a/bias': [12] };

/** What one step at a rate of 1 subtracts, by parameter. */
function subtracted(optimizer: Optimizer, given = gradients, step = 0): Record<string, number[]> {
  return tf.tidy(() => {
    const tensors = (values: Record<string, number[]>): Tensors =>
      Object.fromEntries(Object.entries(values).map(([name, data]) => [name, tf.tensor1d(data)]));
    const context = testStep({ step, scalars: { ...optimizer.scalars, learningRate: 1 } });
    const before = tensors(parameters);
    const { parameters: after } = optimizer.update(
      tensors(given),
      optimizer.init(before),
      before,
      context.scalar,
    );
    context.dispose();
    return Object.fromEntries(
      Object.entries(parameters).map(([name, values]) => {
        const now = after[name]!.dataSync();
        return [name, values.map((value, i) => value - now[i]!)];
      }),
    );
  });
}

const alone = (...transforms: GradientTransform[]) =>
  toOptimizer(chain(...transforms, scaleByLearningRate(1)), { name: 'test' });

function expectNumbers(actual: Record<string, number[]>, expected: Record<string, number[]>): void {
  for (const [name, values] of Object.entries(expected))
    values.forEach((value, i) => expect(actual[name]![i], `${name}[${i}]`).toBeCloseTo(value, 5));
}

test('clipByGlobalNorm scales all by one factor, and none where the norm is small', () => {
  // The norm of 3, -4 and 12 is 13.
  expectNumbers(subtracted(alone(clipByGlobalNorm(6.5))), { 'a/kernel': [1.5, -2], 'a/bias': [6] });
  expect(subtracted(alone(clipByGlobalNorm(13.1)))).toEqual(subtracted(alone()));
});

test('clipByNorm scales each parameter by itself, clipByValue each element', () => {
  expectNumbers(subtracted(alone(clipByNorm(6))), { 'a/kernel': [3, -4], 'a/bias': [6] });
  expectNumbers(subtracted(alone(clipByNorm(2.5))), { 'a/kernel': [1.5, -2], 'a/bias': [2.5] });
  expectNumbers(subtracted(alone(clipByValue(3.5))), { 'a/kernel': [3, -3.5], 'a/bias': [3.5] });
});

test('centralize takes the mean of every output from matrices and filters alone', () => {
  tf.tidy(() => {
    const optimizer = toOptimizer(chain(centralize(), scaleByLearningRate(1)), { name: 'test' });
    const given = {
      kernel: tf.tensor2d([1, 2, 3, 8], [2, 2]),
      filter: tf.reshape(tf.range(0, 8), [2, 1, 2, 2]),
      bias: tf.tensor1d([3, 4]),
    };
    const zeros = Object.fromEntries(Object.entries(given).map(([name, t]) => [name, tf.zerosLike(t)]));
    const step = testStep({ scalars: { learningRate: 1 } });
    const { parameters: after } = optimizer.update(given, {}, zeros, step.scalar);
    step.dispose();
    expect([...after['kernel']!.dataSync()]).toEqual([1, 3, -1, -3]);
    // Outputs 0, 2, 4, 6 and 1, 3, 5, 7.
    expect([...after['filter']!.dataSync()]).toEqual([3, 3, 1, 1, -1, -1, -3, -3]);
    expect([...after['bias']!.dataSync()]).toEqual([-3, -4]);
  });
});

test('scaleByTrustRatio makes a step as long as a share of the weights, and leaves it where one has no length', () => {
  const trusted = subtracted(alone(scaleByTrustRatio({ trustCoefficient: 0.5 })));
  expectNumbers(trusted, {
    'a/kernel': [(3 * 0.5 * Math.sqrt(5)) / 5, (-4 * 0.5 * Math.sqrt(5)) / 5],
    'a/bias': [0.25],
  });
  const still = subtracted(alone(scaleByTrustRatio()), { 'a/kernel': [0, 0], 'a/bias': [12] });
  expectNumbers(still, { 'a/kernel': [0, 0], 'a/bias': [0.5] });
});

test('transforms run in order', () => {
  const decay = addDecayedWeights({ weightDecay: 10 });
  expectNumbers(subtracted(alone(decay, scale(2))), { 'a/kernel': [26, -48], 'a/bias': [34] });
  expectNumbers(subtracted(alone(scale(2), decay)), { 'a/kernel': [16, -28], 'a/bias': [29] });
  expectNumbers(subtracted(alone(scale(2), decay, scale(3))), { 'a/kernel': [48, -84], 'a/bias': [87] });
  expectNumbers(subtracted(alone(clipByValue(1), scale(2), decay, clipByValue(15), scale(-1))), {
    'a/kernel': [-12, 15],
    'a/bias': [-7],
  });
});

test('decays the parameters that it is told to', () => {
  const decay = addDecayedWeights({ weightDecay: 2, parameters: 'biases' });
  expectNumbers(subtracted(alone(decay)), { 'a/kernel': [3, -4], 'a/bias': [13] });
  expect(() =>
    alone(addDecayedWeights({ weightDecay: 2, parameters: ['a/b'] })).init({ w: tf.scalar(0) }),
  ).toThrow("[add-decayed-weights] parameter 'a/b' does not exist; the model has: w");
  const only = sgd({ learningRate: 1, l2: 1, weightDecay: 4, decayParameters: 'kernels' });
  expectNumbers(subtracted(only), { 'a/kernel': [8, -14], 'a/bias': [12] });
});

test('numbers may be schedules: decay, momentum, factor', () => {
  const rising = ({ step }: { step: number }): number => step / 10;
  const decay = addDecayedWeights({ weightDecay: rising });
  expectNumbers(subtracted(alone(decay), gradients, 5), { 'a/kernel': [3.5, -5] });
  expectNumbers(subtracted(alone(scale(rising)), gradients, 5), { 'a/kernel': [1.5, -2] });
  const momentum = sgd({ learningRate: 1, momentum: rising, nesterov: true });
  expectNumbers(subtracted(momentum, gradients, 5), { 'a/kernel': [4.5, -6] });
});

test('maximize climbs', () => {
  const [down, up] = [adam({ learningRate: 1 }), adam({ learningRate: 1, maximize: true })];
  const negated = subtracted(up);
  for (const [name, values] of Object.entries(subtracted(down)))
    expect(negated[name]).toEqual(values.map((value) => -value));
});

test('what the factories make is what the chain makes, bit for bit', () => {
  const pairs: [Optimizer, Optimizer][] = [
    [
      adam({ learningRate: 0.01 }),
      toOptimizer(chain(scaleByAdam(), scaleByLearningRate(0.01)), { name: 'a' }),
    ],
    [
      adamW({ learningRate: 0.01, weightDecay: 0.1 }),
      toOptimizer(chain(scaleByAdam(), addDecayedWeights({ weightDecay: 0.1 }), scaleByLearningRate(0.01)), {
        name: 'b',
      }),
    ],
    [
      sgd({ learningRate: 0.01, momentum: 0.9, nesterov: true }),
      toOptimizer(chain(trace({ nesterov: true }), scaleByLearningRate(0.01)), { name: 'c' }),
    ],
    // A chain of chains is a chain, also with transforms that need all parameters at once.
    [
      toOptimizer(chain(chain(clipByGlobalNorm(1), trace()), scaleByLearningRate(0.01)), { name: 'd' }),
      toOptimizer(chain(clipByGlobalNorm(1), chain(trace(), scaleByLearningRate(0.01))), { name: 'd' }),
    ],
  ];
  for (const [left, right] of pairs) expect(trajectory(left)).toEqual(trajectory(right));
});

test('two of a kind live in one chain under names of their own', () => {
  const step = (optimizer: Optimizer) => trajectory(optimizer).slots;
  const slots = step(
    toOptimizer(
      chain(
        trace({ momentum: ({ step }) => step / 40 }),
        withName('slow', trace({ momentum: ({ step }) => step / 20 })),
        scaleByLearningRate(0.1),
      ),
      { name: 'two' },
    ),
  );
  const first = step(
    toOptimizer(chain(trace({ momentum: ({ step }) => step / 40 }), scaleByLearningRate(0.1)), {
      name: 'one',
    }),
  );
  for (const [slot, values] of Object.entries(first)) {
    expect(slots[slot]).toEqual(values);
    if (slot.includes('dense')) expect(slots[`slow/${slot}`]).not.toEqual(values);
  }
  expect(Object.keys(slots).length).toBe(2 * Object.keys(first).length);
});

test('a transform of your own is a rule for one parameter', () => {
  const sign = eachParameter({
    name: 'sign',
    config: {},
    rule: (update, { step }) => ({ update: updateOf(tf.sign(valueOf(update, step)), 0.5) }),
  });
  expectNumbers(subtracted(alone(sign)), { 'a/kernel': [0.5, -0.5], 'a/bias': [0.5] });
});

test('leaves no tensor behind, not even where a rule throws', () => {
  const failing = eachParameter({
    name: 'failing',
    config: {},
    rule(update, { step, name }) {
      if (name === 'a/bias') throw new Error('on purpose');
      return { update: updateOf(valueOf(update, step), 2, step.constant(3)) };
    },
  });
  const before = tf.memory().numTensors;
  tf.tidy(() => subtracted(alone(clipByGlobalNorm(1), scaleByAdam(), scale(3))));
  expect(tf.memory().numTensors).toBe(before);
  const optimizer = alone(scaleByAdam(), failing);
  const w = { 'a/kernel': tf.scalar(1), 'a/bias': tf.scalar(1) };
  const slots = optimizer.init(w);
  const step = testStep({ scalars: { ...optimizer.scalars } });
  const held = tf.memory().numTensors;
  expect(() => optimizer.update(w, slots, w, step.scalar)).toThrow('on purpose');
  expect(tf.memory().numTensors).toBe(held);
  step.dispose();
  tf.dispose([w, slots]);
});

test.each<[() => unknown, string]>([
  [() => chain(), '[chain] transforms must be one transform or more, got none.'],
  [() => chain(adam() as never), '[chain] transforms[0] must be a gradient transform'],
  [
    () => chain(scaleByLearningRate(1), scaleByLearningRate(1)),
    '[chain] transforms must apply one learning rate, got 2',
  ],
  [() => chain(trace(), trace()), "[chain] trace and trace both have a slot 'momentum'; wrap one of them"],
  [
    () =>
      chain(
        scale(() => 1),
        scale(() => 2),
      ),
    "[chain] scale and scale both have a scalar 'factor'",
  ],
  [() => toOptimizer(trace(), { name: 'a' }), 'transform must be a chain with scaleByLearningRate'],
  [
    () => adam({ learningrate: 1 } as never),
    "there is no option 'learningrate'. Did you mean 'learningRate'?",
  ],
  [() => sgd({ momentum: 0, nesterov: true }), '[sgd] momentum must be > 0 with nesterov, got 0'],
])('refuses %s', (make, message) => expect(make).toThrow(message));

test('tells the options that it was made with', () => {
  expect(adam({ learningRate: 0.5, l2: 0.1 }).config).toEqual({
    kind: 'adam',
    learningRate: 0.5,
    l2: 0.1,
    weightDecay: 0,
    decayParameters: 'all',
    maximize: false,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    epsilonRoot: 'corrected',
    amsgrad: false,
  });
  const transform = chain(clipByValue(2), scaleByLearningRate(1));
  expect(toOptimizer(transform, { name: 'a' }).config).toEqual({
    transforms: [
      { name: 'clip-by-value', options: { kind: 'clip-by-value', maxValue: 2 } },
      { name: 'scale-by-learning-rate', options: { kind: 'scale-by-learning-rate', learningRate: 1 } },
    ],
  });
});
