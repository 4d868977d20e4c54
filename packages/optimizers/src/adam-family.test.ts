import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '@espalier/core';
import { stream } from '@espalier/core';
import { testStep } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { fixture, largestDeviation, trajectory } from '../../../testing/references/optimizers/trajectory.js';
import { adamW } from './adam-w.js';
import { adam, type AdamOptions } from './adam.js';

const factories = { adam, adamW };
const cases = fixture.cases.filter((one) => one.optimizer in factories);

test.each(cases)('$optimizer follows PyTorch with $options', (expected) => {
  const { beta1 = 0.9, beta2 = 0.999 } = expected.options as Record<string, number>;
  const actual = trajectory(factories[expected.optimizer as 'adam'](expected.options as AdamOptions));
  expect(largestDeviation(actual.after, expected)).toBeLessThan(3e-6);
  for (const [slot, values] of Object.entries(expected.slots)) {
    const factor = slot.startsWith('m/') ? 1 - beta1 : 1 - beta2;
    const size = Math.max(...values.map(Math.abs), 1e-30);
    values.forEach((value, i) =>
      // Means of gradients of both signs: some digits cancel.
      expect(Math.abs(actual.slots[slot]![i]! * factor - value) / size).toBeLessThan(1e-5),
    );
  }
  expect(Object.keys(actual.slots).sort()).toEqual(Object.keys(expected.slots).sort());
});

test('covers every option', () => {
  const seen = new Set(cases.flatMap((one) => Object.keys(one.options)));
  expect([...seen].sort()).toEqual([
    'amsgrad',
    'beta1',
    'beta2',
    'epsilon',
    'l2',
    'learningRate',
    'maximize',
    'weightDecay',
  ]);
});

test('bias corrections are float64 numbers of the step, right after a million steps too', () => {
  const { stepScale, scaledEpsilon } = adam().scalars!;
  const at = (step: number) => ({ step, epoch: 0, stepsPerEpoch: 10 });
  expect(stepScale!(at(0))).toBe(1);
  expect(scaledEpsilon!(at(0))).toBeCloseTo(1e-8, 20);
  const limit = Math.sqrt(1 / (1 - 0.999));
  expect(stepScale!(at(1e6))).toBeCloseTo(limit * (1 - 0.9), 12);
  expect(scaledEpsilon!(at(1e6)) / (limit * 1e-8)).toBeCloseTo(1, 12);
});

test('a small decoupled decay is not rounded away', () => {
  // rate * decay = 1e-8, so 1 - rate * decay is 1 in float32: multiplying by that would not decay at all.
  const [learningRate, weightDecay, steps, start] = [1e-4, 1e-4, 2000, 0.75];
  const noise = stream(1, 'gradients').normals(steps);
  const run = (decay: number): number =>
    tf.tidy(() => {
      const optimizer = adamW({ learningRate, weightDecay: decay });
      let parameters: Tensors = { w: tf.tensor1d([start]) };
      let slots = optimizer.init(parameters);
      noise.forEach((gradient, step) => {
        const context = testStep({ step, scalars: { learningRate, ...optimizer.scalars } });
        const gradients = { w: tf.tensor1d([gradient]) };
        ({ parameters, slots } = optimizer.update(gradients, slots, parameters, context.scalar));
        context.dispose();
      });
      return parameters['w']!.dataSync()[0]!;
    });
  const decayed = (run(0) - run(weightDecay)) / (start * learningRate * weightDecay * steps);
  expect(decayed).toBeGreaterThan(0.8);
  expect(decayed).toBeLessThan(1.2);
});

test.each([
  [{ learningRate: -1 }, 'learningRate must be a number >= 0, got -1'],
  [{ beta1: 1 }, 'beta1 must be a number >= 0 and < 1, got 1'],
  [{ beta2: -0.1 }, 'beta2 must be'],
  [{ epsilon: -1e-8 }, 'epsilon must be'],
  [{ weightDecay: NaN }, 'weightDecay must be'],
  [{ amsgrad: 'yes' }, "amsgrad must be true or false, got 'yes'"],
])('refuses %o', (options, message) => {
  expect(() => adam(options as object)).toThrow(`[adam] ${message}`);
  expect(() => adamW(options as object)).toThrow(`[adamw] ${message}`);
});
