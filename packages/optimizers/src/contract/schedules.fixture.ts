import type { Schedule } from '@espalier/core';
import * as exported from '../index.js';
import type { Entry } from './entry.fixture.js';

const { constant, cosineDecay, cosineRestarts, cyclic, exponentialDecay, inverseTimeDecay } = exported;
const { oneCycle, piecewiseConstant, polynomialDecay, sequence, stepDecay, warmup } = exported;

/** Every schedule. */
export const schedules: Record<string, { readonly make: () => Schedule; readonly bad: Entry['bad'] }> = {
  constant: { make: () => constant(0.1), bad: { NaN: () => constant(NaN) } },
  cosineDecay: {
    make: () => cosineDecay({ initialValue: 0.1, decaySteps: 100 }),
    bad: {
      'no length': () => cosineDecay({ initialValue: 0.1 } as never),
      'two lengths': () => cosineDecay({ initialValue: 0.1, decaySteps: 5, decayEpochs: 5 } as never),
      'length 0': () => cosineDecay({ initialValue: 0.1, decaySteps: 0 }),
    },
  },
  cosineRestarts: {
    make: () => cosineRestarts({ initialValue: 0.1, decaySteps: 30, lengthFactor: 1.5 }),
    bad: {
      'lengthFactor < 1': () => cosineRestarts({ initialValue: 0.1, decaySteps: 3, lengthFactor: 0.5 }),
    },
  },
  cyclic: {
    make: () => cyclic({ initialValue: 0.1, peakValue: 1, up: 0.3, unit: 'epoch' }),
    bad: { 'up 0': () => cyclic({ initialValue: 0.1, peakValue: 1, up: 0 }) },
  },
  inverseTimeDecay: {
    make: () => inverseTimeDecay({ initialValue: 0.1, decayRate: 0.5, decayEpochs: 2 }),
    bad: { 'decayRate < 0': () => inverseTimeDecay({ initialValue: 0.1, decayRate: -1, decaySteps: 2 }) },
  },
  oneCycle: {
    make: () => oneCycle({ peakValue: 0.1, length: 2, unit: 'epoch' }),
    bad: {
      'length 0': () => oneCycle({ peakValue: 0.1, length: 0 }),
      'warmupShare 1': () => oneCycle({ peakValue: 0.1, length: 9, warmupShare: 1 }),
    },
  },
  polynomialDecay: {
    make: () => polynomialDecay({ initialValue: 0.1, decaySteps: 30, cycle: true, power: 2 }),
    bad: { 'power 0': () => polynomialDecay({ initialValue: 0.1, decaySteps: 3, power: 0 }) },
  },
  sequence: {
    make: () =>
      sequence({ schedules: [0.1, cosineDecay({ initialValue: 1, decaySteps: 9 })], boundaries: [3] }),
    bad: { 'too few': () => sequence({ schedules: [0.1], boundaries: [3] }) },
  },
  exponentialDecay: {
    make: () => exponentialDecay({ initialValue: 0.1, decayRate: 0.5, decayEpochs: 3 }),
    bad: { 'rate 0': () => exponentialDecay({ initialValue: 0.1, decayRate: 0, decayEpochs: 3 }) },
  },
  piecewiseConstant: {
    make: () => piecewiseConstant({ values: [0.1, 0.01], boundaries: [100] }),
    bad: {
      'too few values': () => piecewiseConstant({ values: [0.1], boundaries: [100] }),
      'falling boundaries': () => piecewiseConstant({ values: [3, 2, 1], boundaries: [100, 50] }),
    },
  },
  stepDecay: {
    make: () => stepDecay({ initialValue: 0.1, decayRate: 0.1, decaySteps: 50 }),
    bad: { 'rate < 0': () => stepDecay({ initialValue: 0.1, decayRate: -1, decaySteps: 50 }) },
  },
  warmup: {
    make: () => warmup(0.1, 10),
    bad: { 'half a step': () => warmup(0.1, 0.5), 'schedule NaN': () => warmup(NaN, 10) },
  },
};
