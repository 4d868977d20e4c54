import { expect, test } from 'vitest';
import { toyClasses, toyRun } from '@espalier/testkit';
import type { Optimizer, Schedule } from './optimizer.js';
import { scheduleValue } from './schedule-value.js';

const at = { step: 12, epoch: 1, stepsPerEpoch: 10 };

test('gives the number, or the number of the schedule', () => {
  expect(scheduleValue(0.5, at, 'adam', 'learningRate')).toBe(0.5);
  expect(scheduleValue(({ step }) => -step, at, 'adam', 'learningRate')).toBe(-12);
  expect(scheduleValue(() => 0, at, 'adam', 'learningRate', { min: 0 })).toBe(0);
});

const cosine: Schedule = Object.assign(() => NaN, { config: { kind: 'cosine-decay' } });
function halving(): number {
  return -1;
}

test.each<[Schedule, string]>([
  [cosine, "learningRate of schedule 'cosine-decay' at step 12 must be a number >= 0, got NaN."],
  [halving, "learningRate of schedule 'halving' at step 12 must be a number >= 0, got -1."],
  [(() => '0.1') as never, "at step 12 must be a number >= 0, got '0.1'."],
  [(() => undefined) as never, 'at step 12 must be a number >= 0, got undefined.'],
  [() => Infinity, 'at step 12 must be a number >= 0, got Infinity.'],
])('refuses %s by name of the schedule and step', (schedule, message) => {
  expect(() => scheduleValue(schedule, at, 'adam', 'learningRate', { min: 0 })).toThrow(message);
});

test.each<[string, Pick<Optimizer, 'learningRate' | 'scalars'>, string]>([
  [
    'learning rate',
    { learningRate: ({ step }) => (step < 2 ? 0.1 : NaN) },
    "learningRate of schedule 'learningRate' at step 2 must be a number >= 0, got NaN",
  ],
  [
    'scalar',
    { learningRate: 0.1, scalars: { warmth: ({ step }) => (step < 4 ? 1 : 1 / 0) } },
    "[bad] warmth of schedule 'warmth' at step 4 must be a number, got Infinity",
  ],
])('a run refuses a %s that is no number, at the step where it is', async (_, parts, message) => {
  const optimizer: Optimizer = {
    name: 'bad',
    ...parts,
    init: () => ({}),
    update: (_gradients, slots, parameters) => ({ parameters, slots }),
  };
  await expect(toyRun({ optimizer, data: toyClasses() })).rejects.toThrow(message);
});
