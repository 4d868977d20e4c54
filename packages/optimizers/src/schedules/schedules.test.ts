import { readFileSync } from 'node:fs';
import type { Schedule } from '@espalier/core';
import { expect, test } from 'vitest';
import {
  constant,
  cosineDecay,
  cosineRestarts,
  cyclic,
  exponentialDecay,
  inverseTimeDecay,
  oneCycle,
  piecewiseConstant,
  polynomialDecay,
  sequence,
  stepDecay,
  warmup,
} from '../index.js';

const references = new URL('../../../../testing/references/optimizers/', import.meta.url);
const read = (file: string) =>
  JSON.parse(readFileSync(new URL(file, references), 'utf8')) as Record<string, number[]>;
const torch = read('schedules_torch.json');
const keras = read('schedules_keras.json');
const optax = read('schedules_optax.json');

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
  ['LinearLR', warmup(0.1, 5), warmup(0.1, { epochs: 5 })],
  [
    'CosineAnnealingWarmRestarts',
    cosineRestarts({ initialValue: 0.1, finalValue: 0.01, decaySteps: 3, lengthFactor: 2 }),
    cosineRestarts({ initialValue: 0.1, finalValue: 0.01, decayEpochs: 3, lengthFactor: 2 }),
  ],
  [
    'CosineAnnealingWarmRestartsEven',
    cosineRestarts({ initialValue: 0.1, decaySteps: 4 }),
    cosineRestarts({ initialValue: 0.1, decayEpochs: 4 }),
  ],
  [
    'CyclicTriangular',
    cyclic({ initialValue: 0.01, peakValue: 0.1, up: 3, down: 5 }),
    cyclic({ initialValue: 0.01, peakValue: 0.1, up: 3, down: 5, unit: 'epoch' }),
  ],
  ['CyclicTriangular2', cyclic({ initialValue: 0.01, peakValue: 0.1, up: 3, mode: 'triangular2' })],
  [
    'CyclicExponential',
    cyclic({ initialValue: 0.01, peakValue: 0.1, up: 3, mode: 'exponential', decayRate: 0.9 }),
    cyclic({ initialValue: 0.01, peakValue: 0.1, up: 3, mode: 'exponential', decayRate: 0.9, unit: 'epoch' }),
  ],
  ['OneCycleLR', oneCycle({ peakValue: 0.1, length: 26 })],
  [
    'OneCycleThreePhases',
    oneCycle({
      peakValue: 0.1,
      length: 26,
      warmupShare: 0.4,
      shape: 'linear',
      initialValue: 0.01,
      finalValue: 0.0001,
      threePhases: true,
    }),
  ],
  [
    'PolynomialLR',
    polynomialDecay({ initialValue: 0.1, decaySteps: 20, power: 2 }),
    polynomialDecay({ initialValue: 0.1, decayEpochs: 20, power: 2 }),
  ],
  ...(['step', 'epoch'] as const).map((unit): [string, Schedule] => [
    'SequentialLR',
    sequence({
      schedules: [
        0.05,
        exponentialDecay({ initialValue: 0.1, decayRate: 0.9, decaySteps: 1 }),
        stepDecay({ initialValue: 0.1, decayRate: 0.5, decaySteps: 3 }),
      ],
      // In steps, and in epochs of three steps.
      boundaries: unit === 'step' ? [4, 12] : [4 / 3, 4],
      unit,
    }),
  ]),
])('is PyTorch’s %s', (name, inSteps, inEpochs) => {
  torch[name]!.forEach((rate, t) => {
    expect(inSteps(at(t, 3))).toBeCloseTo(rate, 14);
    // A warm-up of epochs rises at every step; PyTorch's rises once in each.
    if (inEpochs && name === 'LinearLR') expect(inEpochs(at(t * 7 + 6, 7))).toBeCloseTo(rate, 14);
    else if (inEpochs) expect(inEpochs(at(t * 7, 7))).toBeCloseTo(rate, 14);
  });
});

test.each<[string, Schedule]>([
  ['ExponentialDecay', exponentialDecay({ initialValue: 0.1, decayRate: 0.8, decaySteps: 10 })],
  ['ExponentialDecayStaircase', stepDecay({ initialValue: 0.1, decayRate: 0.8, decaySteps: 10 })],
  ['CosineDecay', cosineDecay({ initialValue: 0.1, finalValue: 0.005, decaySteps: 100 })],
  [
    'CosineDecayRestarts',
    cosineRestarts({
      initialValue: 0.1,
      finalValue: 0.01,
      decaySteps: 10,
      lengthFactor: 2,
      peakFactor: 0.5,
    }),
  ],
  ['PolynomialDecay', polynomialDecay({ initialValue: 0.1, finalValue: 0.01, decaySteps: 100, power: 2 })],
  [
    'PolynomialDecayCycle',
    polynomialDecay({ initialValue: 0.1, finalValue: 0.01, decaySteps: 10, cycle: true }),
  ],
  ['InverseTimeDecay', inverseTimeDecay({ initialValue: 0.1, decayRate: 0.5, decaySteps: 10 })],
  [
    'InverseTimeDecayStaircase',
    inverseTimeDecay({ initialValue: 0.1, decayRate: 0.5, decaySteps: 10, staircase: true }),
  ],
  // Its boundary is the last step of the old value, ours the first of the new.
  ['PiecewiseConstantDecay', piecewiseConstant({ values: [0.1, 0.05, 0.01], boundaries: [11, 21] })],
])('is Keras’s %s', (name, schedule) => {
  keras['steps']!.forEach((step, i) => expect(schedule(at(step)) / keras[name]![i]!).toBeCloseTo(1, 5));
});

test.each<[string, Schedule]>([
  ['decay', exponentialDecay({ initialValue: 0.1, decayRate: 0.5, decaySteps: 10, finalValue: 0.004 })],
  ['growth', exponentialDecay({ initialValue: 0.1, decayRate: 1.5, decaySteps: 10, finalValue: 0.3 })],
  [
    'join',
    sequence({
      schedules: [
        polynomialDecay({ initialValue: 0.1, finalValue: 0.01, decaySteps: 20 }),
        cosineDecay({ initialValue: 0.2, decaySteps: 60 }),
      ],
      boundaries: [11],
    }),
  ],
])('is optax’s %s', (name, schedule) => {
  optax['steps']!.forEach((step, i) => expect(schedule(at(step))).toBeCloseTo(optax[name]![i]!, 12));
});

test('one cycle stays at its end, and one in epochs spans all their steps', () => {
  const inSteps = oneCycle({ peakValue: 1, length: 60 });
  const inEpochs = oneCycle({ peakValue: 1, length: 6, unit: 'epoch' });
  for (let step = 0; step < 100; step++) expect(inEpochs(at(step, 10))).toBe(inSteps(at(step)));
  expect(inSteps(at(1000))).toBe(1 / 25 / 1e4);
  const values = Array.from({ length: 60 }, (_, step) => inSteps(at(step)));
  expect(values.indexOf(Math.max(...values))).toBe(17);
});

test('a cycle of momentum goes down and up again', () => {
  const momentum = oneCycle({ peakValue: 0.85, initialValue: 0.95, finalValue: 0.95, length: 10 });
  expect([0, 2, 9].map((step) => Number(momentum(at(step)).toFixed(12)))).toEqual([0.95, 0.85, 0.95]);
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
  [
    () => warmup(0.1, { epochs: 1, steps: 1 }),
    '[warmup] steps must be given, or else epochs, and not both, got 1',
  ],
  [() => warmup(0.1, {}), '[warmup] steps must be given, or else epochs, and not both, got undefined'],
  [
    () => sequence({ schedules: [1], boundaries: [3] }),
    '[sequence] schedules must be a list of 2, one more than boundaries, got [1]',
  ],
  [
    () => sequence({ schedules: [1, 2, 3], boundaries: [3, 3] }),
    '[sequence] boundaries[1] must be a number > 3, got 3',
  ],
  [
    () => oneCycle({ peakValue: 1, length: 9, warmupShare: 0.6, threePhases: true }),
    '[one-cycle] warmupShare must be a number > 0 and < 0.5, got 0.6',
  ],
  [() => warmup(0.1, 2.5), '[warmup] steps must be a whole number >= 0, got 2.5'],
  [() => warmup('x' as never, 2), "[warmup] schedule must be a number, got 'x'"],
])('refuses %s', (make, message) => expect(make).toThrow(message));
