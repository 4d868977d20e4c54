import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { testStep } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { fixture, toTensors, toValues } from '../../../testing/references/optimizers/trajectory.js';
import * as optimizers from './index.js';

// Every set of options that the fixture has, so that no optimizer is left out by a list kept by hand.
const makers = fixture.cases.map(
  ({ optimizer, options }) =>
    [
      `${optimizer} ${JSON.stringify(options)}`,
      () => (optimizers[optimizer as 'sgd'] as (given: object) => Optimizer)(options),
    ] as const,
);

function stepOf(optimizer: Optimizer, step = 3) {
  return testStep({ step, scalars: { learningRate: optimizer.learningRate, ...optimizer.scalars } });
}

test.each(makers)('%s is pure and leaves only its outputs', (_, make) => {
  tf.tidy(() => {
    const optimizer = make();
    const parameters = toTensors(fixture.parameters);
    const slots = Object.fromEntries(
      Object.entries(optimizer.init(parameters)).map(([name, t]) => [name, tf.add(t, 0.25)]),
    );
    const gradients = toTensors(fixture.gradients[0]!);
    const given = [toValues(parameters), toValues(slots), toValues(gradients)];
    const step = stepOf(optimizer);
    const before = tf.memory().numTensors;
    const first = optimizer.update(gradients, slots, parameters, step.scalar);
    const outputs = Object.keys(parameters).length + Object.keys(slots).length;
    expect(tf.memory().numTensors - before).toBe(outputs);
    const second = optimizer.update(gradients, slots, parameters, step.scalar);
    expect(toValues(second.parameters)).toEqual(toValues(first.parameters));
    expect(toValues(second.slots)).toEqual(toValues(first.slots));
    expect([toValues(parameters), toValues(slots), toValues(gradients)]).toEqual(given);
    step.dispose();
  });
});

test.each(makers)('%s passes a parameter without a gradient through, with its slots', (_, make) => {
  tf.tidy(() => {
    const optimizer = make();
    const parameters = toTensors(fixture.parameters);
    const slots = optimizer.init(parameters);
    const { 'dense/bias': bias } = toTensors(fixture.gradients[0]!);
    const step = stepOf(optimizer);
    const next = optimizer.update({ 'dense/bias': bias! }, slots, parameters, step.scalar);
    for (const name of Object.keys(parameters)) {
      expect(next.parameters[name] === parameters[name]).toBe(name !== 'dense/bias');
    }
    for (const name of Object.keys(slots)) {
      expect(next.slots[name] === slots[name]).toBe(!name.endsWith('/dense/bias'));
    }
    expect(Object.keys(next.parameters)).toEqual(Object.keys(parameters));
    step.dispose();
  });
});

test.each(makers)('%s moves nothing but by its momentum at a rate of 0', (_, make) => {
  tf.tidy(() => {
    const optimizer = make();
    const parameters = toTensors(fixture.parameters);
    const step = testStep({ scalars: { ...optimizer.scalars, learningRate: 0 } });
    const gradients = toTensors(fixture.gradients[0]!);
    const next = optimizer.update(gradients, optimizer.init(parameters), parameters, step.scalar);
    expect(toValues(next.parameters)).toEqual(toValues(parameters));
    step.dispose();
  });
});

test('a NaN gradient shows in its element and in no other', () => {
  tf.tidy(() => {
    for (const [name, make] of makers) {
      // One that divides by norms makes its whole parameter NaN: the contract says how far each spreads it.
      if (name.startsWith('adafactor')) continue;
      const optimizer = make();
      const parameters = { w: tf.tensor1d([1, 1]) };
      const step = stepOf(optimizer);
      const gradients = { w: tf.tensor1d([NaN, 1]) };
      const next = optimizer.update(gradients, optimizer.init(parameters), parameters, step.scalar);
      expect(Array.from(next.parameters['w']!.dataSync()).map(Number.isNaN)).toEqual([true, false]);
      step.dispose();
    }
  });
});

test('a missing slot is named', () => {
  const optimizer = optimizers.adam();
  const step = stepOf(optimizer);
  const w = tf.scalar(1);
  expect(() => optimizer.update({ w }, {}, { w }, step.scalar)).toThrow(
    "[adam] parameter 'w' has a gradient but no slot 'm/w'",
  );
  step.dispose();
  w.dispose();
});

test.each([
  [optimizers.sgd(), 2, 0],
  [optimizers.sgd({ weightDecay: 0 }), 2, 0],
  [optimizers.sgd({ l2: 0.1 }), 4, 0],
  [optimizers.sgd({ weightDecay: 0.1 }), 4, 0],
  [optimizers.sgd({ momentum: 0.9 }), 4, 0],
  [optimizers.sgd({ momentum: 0.9, dampening: 0.1 }), 5, 0],
  [optimizers.sgd({ momentum: 0.9, nesterov: true }), 6, 0],
  [optimizers.adam(), 10, 1],
  [optimizers.adam({ l2: 0, weightDecay: 0 }), 10, 1],
  [optimizers.adam({ l2: 0.1 }), 12, 1],
  [optimizers.adam({ amsgrad: true }), 11, 1],
  [optimizers.adamW({ weightDecay: 0 }), 10, 1],
  [optimizers.adamW(), 12, 2],
  [optimizers.sgd({ maximize: true }), 2, 1],
  [optimizers.adam({ maximize: true }), 11, 1],
  [optimizers.rmsprop(), 8, 1],
  [optimizers.rmsprop({ centered: true }), 14, 1],
  [optimizers.rmsprop({ momentum: 0.9 }), 11, 0],
  [optimizers.adagrad(), 7, 0],
  [optimizers.adadelta(), 14, 0],
  [optimizers.adamax(), 9, 1],
  [optimizers.nadam(), 13, 0],
  [optimizers.radam(), 12, 0],
  [optimizers.adaBelief(), 13, 1],
  [optimizers.yogi(), 13, 1],
  [optimizers.adan(), 20, 0],
  [optimizers.asgd(), 8, 3],
  [optimizers.lookahead(optimizers.sgd()), 8, 0],
])('costs the kernels it says: %o', async (optimizer, perParameter, once) => {
  const parameters = toTensors(fixture.parameters);
  const slots = optimizer.init(parameters);
  const gradients = toTensors(fixture.gradients[0]!);
  const step = stepOf(optimizer);
  const { kernels } = await tf.profile(
    () => optimizer.update(gradients, slots, parameters, step.scalar) as unknown as tf.TensorContainer,
  );
  expect(kernels.length).toBe(perParameter * Object.keys(parameters).length + once);
  step.dispose();
});
