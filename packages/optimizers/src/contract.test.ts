import type { Optimizer, Schedule } from '@espalier/core';
import { exportsContract, optimizerContract, scheduleContract } from '@espalier/testkit';
import * as exported from './index.js';

interface Entry {
  readonly variants: Readonly<Record<string, (learningRate: number | Schedule) => Optimizer>>;
  readonly bad: Readonly<Record<string, () => unknown>>;
  readonly growth?: number;
}

const { adam, adamW, sgd } = exported;
const { constant, cosineDecay, exponentialDecay, piecewiseConstant, stepDecay, warmup } = exported;

const adamBad = (make: (options: Record<string, unknown>) => unknown): Entry['bad'] => ({
  'beta1 = 1': () => make({ beta1: 1 }),
  'beta2 < 0': () => make({ beta2: -0.1 }),
  'epsilon NaN': () => make({ epsilon: NaN }),
  'weightDecay < 0': () => make({ weightDecay: -1 }),
  'amsgrad no boolean': () => make({ amsgrad: 1 }),
});

const optimizers: Record<string, Entry> = {
  sgd: {
    variants: {
      plain: (learningRate) => sgd({ learningRate }),
      momentum: (learningRate) => sgd({ learningRate, momentum: 0.9, weightDecay: 0.01 }),
      dampening: (learningRate) => sgd({ learningRate, momentum: 0.9, dampening: 0.5 }),
      nesterov: (learningRate) => sgd({ learningRate, momentum: 0.9, nesterov: true }),
    },
    bad: {
      'momentum > 1': () => sgd({ momentum: 1.1 }),
      'nesterov without momentum': () => sgd({ nesterov: true }),
      'nesterov with dampening': () => sgd({ nesterov: true, momentum: 0.9, dampening: 0.1 }),
      'weightDecay < 0': () => sgd({ weightDecay: -1 }),
    },
  },
  adam: {
    variants: {
      plain: (learningRate) => adam({ learningRate }),
      coupled: (learningRate) => adam({ learningRate, weightDecay: 0.01 }),
      amsgrad: (learningRate) => adam({ learningRate, amsgrad: true }),
    },
    bad: adamBad(adam),
    // The first steps divide a gradient by its own size: where it is small, so are its digits.
    growth: 30,
  },
  adamW: {
    variants: { plain: (learningRate) => adamW({ learningRate, weightDecay: 0.01 }) },
    bad: adamBad(adamW),
    growth: 30,
  },
};

const schedules: Record<string, { readonly make: () => Schedule; readonly bad: Entry['bad'] }> = {
  constant: { make: () => constant(0.1), bad: { NaN: () => constant(NaN) } },
  cosineDecay: {
    make: () => cosineDecay({ initialValue: 0.1, decaySteps: 100 }),
    bad: {
      'no length': () => cosineDecay({ initialValue: 0.1 } as never),
      'two lengths': () => cosineDecay({ initialValue: 0.1, decaySteps: 5, decayEpochs: 5 } as never),
      'length 0': () => cosineDecay({ initialValue: 0.1, decaySteps: 0 }),
    },
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

exportsContract({
  exported,
  factories: [...Object.keys(optimizers), ...Object.keys(schedules)],
  notFactories: new Set(['stepScalars']),
});

for (const [name, { variants, bad, growth }] of Object.entries(optimizers)) {
  for (const [variant, make] of Object.entries(variants))
    optimizerContract(`${name} (${variant})`, make, { bad, ...(growth && { growth }) });
}
for (const [name, { make, bad }] of Object.entries(schedules)) scheduleContract(name, make, { bad });
