import { readFileSync } from 'node:fs';
import type { Schedule } from '@espalier/core';
import { expect, test } from 'vitest';
import { constant, cosineDecay, exponentialDecay, piecewiseConstant, stepDecay, warmup } from '../index.js';

const references = new URL('../../../../testing/references/optimizers/', import.meta.url);
const read = (file: string) =>
  JSON.parse(readFileSync(new URL(file, references), 'utf8')) as Record<string, number[]>;
const torch = read('schedules_torch.json');
const keras = read('schedules_keras.json');

const at = (step: number, stepsPerEpoch = 1) => ({
  step,
  epoch: Math.floor(step / stepsPerEpoch),
  stepsPerEpoch,
});

// By PyTorch's name: the schedule in steps, and where it can, in epochs. Its schedulers know one unit only.
test.each<[string, Schedule, Schedule?]>([
  [
    'ExponentialLR',
    exponentialDecay({ initialValue: 0.1, decayRate: 0.9, decaySteps: 1 }),
    exponentialDecay({ initialValue: 0.1, decayRate: 0.9, decayEpochs: 1 }),
  ],
  [
    'StepLR',
    stepDecay({ initialValue: 0.1, decayRate: 0.5, decaySteps: 7 }),
    stepDecay({ initialValue: 0.1, decayRate: 0.5, decayEpochs: 7 }),
  ],
  [
    'MultiStepLR',
    piecewiseConstant({ values: [0.1, 0.01, 0.001], boundaries: [4, 10] }),
    piecewiseConstant({ values: [0.1, 0.01, 0.001], boundaries: [4, 10], unit: 'epoch' }),
  ],
  [
    'CosineAnnealingLR',
    cosineDecay({ initialValue: 0.1, finalValue: 0.01, decaySteps: 24 }),
    cosineDecay({ initialValue: 0.1, finalValue: 0.01, decayEpochs: 24 }),
  ],
  ['LinearLR', warmup(0.1, 5)],
])('is PyTorch’s %s', (name, inSteps, inEpochs) => {
  torch[name]!.forEach((rate, t) => {
    expect(inSteps(at(t, 3))).toBeCloseTo(rate, 14);
    if (inEpochs) expect(inEpochs(at(t * 7, 7))).toBeCloseTo(rate, 14);
  });
});

test.each<[string, Schedule]>([
  ['ExponentialDecay', exponentialDecay({ initialValue: 0.1, decayRate: 0.8, decaySteps: 10 })],
  ['ExponentialDecayStaircase', stepDecay({ initialValue: 0.1, decayRate: 0.8, decaySteps: 10 })],
  ['CosineDecay', cosineDecay({ initialValue: 0.1, finalValue: 0.005, decaySteps: 100 })],
  // Its boundary is the last step of the old value, ours the first of the new.
  ['PiecewiseConstantDecay', piecewiseConstant({ values: [0.1, 0.05, 0.01], boundaries: [11, 21] })],
])('is Keras’s %s', (name, schedule) => {
  keras['steps']!.forEach((step, i) => expect(schedule(at(step)) / keras[name]![i]!).toBeCloseTo(1, 5));
});

test('a stair in epochs falls with the first step of an epoch, whatever the length of an epoch', () => {
  for (const stepsPerEpoch of [1, 3, 7, 49, 781, 937]) {
    const schedule = stepDecay({ initialValue: 1, decayRate: 0.5, decayEpochs: 3 });
    for (const k of [1, 2, 5, 33]) {
      expect(schedule(at(3 * k * stepsPerEpoch - 1, stepsPerEpoch))).toBe(0.5 ** (k - 1));
      expect(schedule(at(3 * k * stepsPerEpoch, stepsPerEpoch))).toBe(0.5 ** k);
    }
  }
});

test('stairs and boundaries at fractions of an epoch fall with the step that reaches them', () => {
  for (const stepsPerEpoch of [10, 30, 100, 700, 937]) {
    for (const part of [0.1, 0.3, 0.7, 0.07, 1.1, 1 / 3]) {
      const stairs = stepDecay({ initialValue: 1, decayRate: 0.5, decayEpochs: part });
      const bounds = piecewiseConstant({ values: [0, 1, 2], boundaries: [part, 3 * part], unit: 'epoch' });
      for (let step = 0; step < 4 * stepsPerEpoch; step++) {
        // In whole numbers: parts are thirds or hundredths.
        const parts = (step * 300) / (Math.round(part * 300) * stepsPerEpoch);
        expect(Math.log2(1 / stairs(at(step, stepsPerEpoch)))).toBe(Math.floor(parts));
        expect(bounds(at(step, stepsPerEpoch))).toBe(parts < 1 ? 0 : parts < 3 ? 1 : 2);
      }
    }
  }
});

test('where the steps of an epoch are not known, epochs are whole', () => {
  const stairs = stepDecay({ initialValue: 1, decayRate: 0.5, decayEpochs: 2 });
  const positions = [0, 1, 2, 3, 4].map((epoch) => ({
    step: 50 * epoch + 7,
    epoch,
    stepsPerEpoch: Infinity,
  }));
  expect(positions.map((position) => stairs(position))).toEqual([1, 1, 0.5, 0.5, 0.25]);
});

test('within an epoch, smooth decays go on', () => {
  const schedule = exponentialDecay({ initialValue: 1, decayRate: 0.25, decayEpochs: 1 });
  expect(schedule(at(5, 10))).toBeCloseTo(0.5, 14);
});

test('a warm-up multiplies the schedule, which runs from the first step', () => {
  const decay = stepDecay({ initialValue: 1, decayRate: 0.5, decaySteps: 2 });
  expect([0, 1, 2, 3, 4, 5].map((t) => warmup(decay, 4)(at(t)))).toEqual([0.25, 0.5, 0.375, 0.5, 0.25, 0.25]);
  expect(warmup(decay, 0)(at(0))).toBe(1);
});

test('constant', () => expect([0, 9].map((t) => constant(0.3)(at(t)))).toEqual([0.3, 0.3]));

test('what is given is copied', () => {
  const [values, boundaries] = [[1, 2], [3]];
  const schedule = piecewiseConstant({ values, boundaries });
  boundaries[0] = 100;
  values[1] = 7;
  expect(schedule(at(3))).toBe(2);
});

test.each<[() => unknown, string]>([
  [() => constant(NaN), '[constant] value must be a number, got NaN'],
  [
    () => stepDecay({ initialValue: 1, decayRate: 0, decaySteps: 1 }),
    '[step-decay] decayRate must be a number > 0, got 0',
  ],
  [
    () => stepDecay({ initialValue: 1, decayRate: 0.5 } as never),
    'decaySteps must be given, or else decayEpochs',
  ],
  [
    () => exponentialDecay({ initialValue: 1, decayRate: 0.5, decaySteps: 1, decayEpochs: 1 } as never),
    '[exponential-decay] decaySteps must be given, or else decayEpochs, and not both, got 1',
  ],
  [
    () => exponentialDecay({ initialValue: 1, decayRate: 0.5, decayEpochs: 0 }),
    'decayEpochs must be a number > 0, got 0',
  ],
  [
    () => cosineDecay({ initialValue: 1, finalValue: NaN, decaySteps: 1 }),
    '[cosine-decay] finalValue must be',
  ],
  [
    () => piecewiseConstant({ values: [1], boundaries: [1] }),
    'values must be 2 numbers, one more than boundaries, got [1]',
  ],
  [
    () => piecewiseConstant({ values: [1, 2, 3], boundaries: [2, 2] }),
    'boundaries[1] must be a number > 2, got 2',
  ],
  [() => piecewiseConstant({ values: [1, 2], boundaries: [0] }), 'boundaries[0] must be a number > 0, got 0'],
  [
    () => piecewiseConstant({ values: [1], boundaries: 3 } as never),
    'boundaries must be an array of numbers, got 3',
  ],
  [
    () => piecewiseConstant({ values: [1], boundaries: [], unit: 'day' as never }),
    "unit must be one of 'step', 'epoch'",
  ],
  [() => warmup(0.1, 2.5), '[warmup] steps must be a whole number >= 0, got 2.5'],
  [() => warmup('x' as never, 2), "[warmup] schedule must be a number, got 'x'"],
])('refuses %s', (make, message) => expect(make).toThrow(message));
