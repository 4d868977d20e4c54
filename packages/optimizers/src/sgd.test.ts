import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { fixture, largestDeviation, trajectory } from '../../../testing/references/optimizers/trajectory.js';
import { sgd, type SgdOptions } from './sgd.js';

const cases = fixture.cases.filter((one) => one.optimizer === 'sgd');

test.each(cases)('follows PyTorch with $options', (expected) => {
  const actual = trajectory(sgd(expected.options as SgdOptions));
  expect(largestDeviation(actual.after, expected)).toBeLessThan(3e-6);
  for (const [slot, values] of Object.entries(expected.slots)) {
    const size = Math.max(...values.map(Math.abs), 1e-30);
    values.forEach((value, i) => expect(Math.abs(actual.slots[slot]![i]! - value) / size).toBeLessThan(3e-6));
  }
  expect(Object.keys(actual.slots).sort()).toEqual(Object.keys(expected.slots).sort());
});

test('covers every option', () => {
  const seen = new Set(cases.flatMap((one) => Object.keys(one.options)));
  expect([...seen].sort()).toEqual(['dampening', 'l2', 'learningRate', 'maximize', 'momentum', 'nesterov']);
});

test.each([
  [{ learningRate: -1 }, 'learningRate must be a number >= 0, got -1'],
  [{ learningRate: NaN }, 'learningRate must be a number >= 0, got NaN'],
  [{ learningRate: '0.1' }, "learningRate must be a number >= 0 or a schedule, got '0.1'"],
  [{ momentum: 1.1 }, 'momentum must be a number >= 0 and <= 1, got 1.1'],
  [{ dampening: -0.1 }, 'dampening must be'],
  [{ weightDecay: Infinity }, 'weightDecay must be'],
  [{ nesterov: 1 }, 'nesterov must be true or false, got 1'],
  [{ nesterov: true }, 'momentum must be > 0 with nesterov, got 0'],
  [{ nesterov: true, momentum: 0.9, dampening: 0.1 }, 'dampening must be 0 with nesterov, got 0.1'],
])('refuses %o', (options, message) => {
  expect(() => sgd(options as object)).toThrow(`[sgd] ${message}`);
});
