import type { Optimizer, Schedule } from '@espalier/core';
import { exportsContract, optimizerContract, scheduleContract } from '@espalier/testkit';
import * as exported from './index.js';

interface Entry {
  readonly variants: Readonly<Record<string, (learningRate: number | Schedule) => Optimizer>>;
  readonly bad: Readonly<Record<string, () => unknown>>;
  readonly growth?: number;
  readonly nan?: 'element' | 'parameter' | 'all';
}

const { adaBelief, adadelta, adafactor, adagrad, adam, adamW, adamax, adan, asgd, ftrl, lamb } = exported;
const { lars, lion, lookahead, muon, nadam, novograd, partition, radam, rmsprop, rprop } = exported;
const { scheduleFreeAdamW, scheduleFreeSgd, sgd, signSgd, yogi } = exported;
const { centralize, orthogonalize, scaleByRms, scaleBySign, scaleByTrustRatio } = exported;
const { addDecayedWeights, chain, clipByGlobalNorm, clipByNorm, clipByValue, withName } = exported;
const { scale, scaleByAdam, scaleByLearningRate, toOptimizer, trace } = exported;
const { constant, cosineDecay, cosineRestarts, cyclic, exponentialDecay, inverseTimeDecay } = exported;
const { oneCycle, piecewiseConstant, polynomialDecay, sequence, stepDecay, warmup } = exported;

const adamBad = (make: (options: Record<string, unknown>) => unknown, only?: string[]): Entry['bad'] =>
  Object.fromEntries(
    Object.entries({
      'beta1 = 1': () => make({ beta1: 1 }),
      'beta2 < 0': () => make({ beta2: -0.1 }),
      'epsilon NaN': () => make({ epsilon: NaN }),
      'weightDecay < 0': () => make({ weightDecay: -1 }),
      'amsgrad no boolean': () => make({ amsgrad: 1 }),
      'l2 < 0': () => make({ l2: -1 }),
      unknown: () => make({ learningrate: 1 }),
    }).filter(([what]) => !only || only.includes(what)),
  );

/** What is bad for every optimizer with two means. */
const MOMENTS = ['beta1 = 1', 'beta2 < 0', 'epsilon NaN', 'weightDecay < 0', 'l2 < 0', 'unknown'];

const optimizers: Record<string, Entry> = {
  sgd: {
    variants: {
      plain: (learningRate) => sgd({ learningRate }),
      momentum: (learningRate) => sgd({ learningRate, momentum: 0.9, l2: 0.01 }),
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
      coupled: (learningRate) => adam({ learningRate, l2: 0.01 }),
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
  rmsprop: {
    variants: {
      centered: (learningRate) => rmsprop({ learningRate, centered: true, momentum: 0.9, epsilon: 0.01 }),
      'as Keras': (learningRate) => rmsprop({ learningRate, rho: 0.9, epsilonPlace: 'inside' }),
    },
    bad: {
      'rho = 1': () => rmsprop({ rho: 1 }),
      'epsilon < 0': () => rmsprop({ epsilon: -1 }),
      'no place': () => rmsprop({ epsilonPlace: 'within' as never }),
      'momentum > 1': () => rmsprop({ momentum: 2 }),
    },
    growth: 100,
  },
  adagrad: {
    variants: { plain: (learningRate) => adagrad({ learningRate }) },
    bad: { 'accumulator < 0': () => adagrad({ initialAccumulator: -1 }) },
    growth: 30,
  },
  adadelta: {
    variants: { plain: (learningRate) => adadelta({ learningRate }) },
    bad: { 'rho < 0': () => adadelta({ rho: -0.1 }) },
    growth: 30,
  },
  adamax: {
    variants: { plain: (learningRate) => adamax({ learningRate }) },
    bad: adamBad(adamax, MOMENTS),
    growth: 30,
  },
  nadam: {
    variants: { plain: (learningRate) => nadam({ learningRate }) },
    bad: { ...adamBad(nadam, MOMENTS), 'momentumDecay < 0': () => nadam({ momentumDecay: -1 }) },
    growth: 30,
  },
  radam: {
    variants: { plain: (learningRate) => radam({ learningRate, beta2: 0.9 }) },
    bad: { ...adamBad(radam, MOMENTS), 'epsilon 0': () => radam({ epsilon: 0 }) },
    growth: 30,
  },
  asgd: {
    variants: { plain: (learningRate) => asgd({ learningRate, averageFrom: 2 }) },
    bad: { 'decay < 0': () => asgd({ decay: -1 }), 'no such decay': () => asgd({ weightDecay: 1 } as never) },
  },
  rprop: {
    variants: { plain: (learningRate) => rprop({ learningRate }) },
    bad: {
      'shrink 1': () => rprop({ shrink: 1 }),
      'grow 1': () => rprop({ grow: 1 }),
      'largest below least': () => rprop({ minStep: 1, maxStep: 0.5 }),
    },
    // A gradient near 0 has one sign here and another there.
    growth: 30,
  },
  adafactor: {
    variants: { plain: (learningRate) => adafactor({ learningRate, weightDecay: 0.01 }) },
    bad: {
      'betaDecay 0': () => adafactor({ betaDecay: 0 }),
      'clipThreshold 0': () => adafactor({ clipThreshold: 0 }),
      'epsilon1 < 0': () => adafactor({ epsilon1: -1 }),
    },
    growth: 30,
    nan: 'parameter',
  },
  lion: {
    variants: { plain: (learningRate) => lion({ learningRate, weightDecay: 0.01 }) },
    bad: adamBad(lion, ['beta1 = 1', 'beta2 < 0', 'weightDecay < 0', 'unknown']),
    growth: 30,
  },
  signSgd: {
    variants: { momentum: (learningRate) => signSgd({ learningRate, momentum: 0.9 }) },
    bad: { 'momentum > 1': () => signSgd({ momentum: 2 }) },
    growth: 30,
  },
  lamb: {
    variants: { plain: (learningRate) => lamb({ learningRate, weightDecay: 0.01 }) },
    bad: adamBad(lamb, MOMENTS),
    growth: 30,
    nan: 'parameter',
  },
  lars: {
    variants: { plain: (learningRate) => lars({ learningRate, l2: 0.01, trustCoefficient: 0.1 }) },
    bad: { 'trustCoefficient 0': () => lars({ trustCoefficient: 0 }) },
    growth: 30,
    nan: 'parameter',
  },
  adaBelief: {
    variants: { plain: (learningRate) => adaBelief({ learningRate, epsilonRoot: 1e-6 }) },
    bad: { ...adamBad(adaBelief, MOMENTS), 'epsilonRoot < 0': () => adaBelief({ epsilonRoot: -1 }) },
    growth: 100,
  },
  adan: {
    variants: { plain: (learningRate) => adan({ learningRate }) },
    bad: { ...adamBad(adan, MOMENTS), 'beta3 = 1': () => adan({ beta3: 1 }) },
    growth: 30,
  },
  yogi: {
    variants: { plain: (learningRate) => yogi({ learningRate }) },
    bad: { ...adamBad(yogi, MOMENTS), 'accumulator < 0': () => yogi({ initialAccumulator: -1 }) },
    growth: 30,
  },
  novograd: {
    variants: { plain: (learningRate) => novograd({ learningRate }) },
    bad: adamBad(novograd, MOMENTS),
    growth: 30,
    nan: 'parameter',
  },
  muon: {
    variants: { plain: (learningRate) => muon({ learningRate }) },
    bad: {
      ...adamBad(muon, MOMENTS),
      'momentum 1': () => muon({ momentum: 1 }),
      'no steps': () => muon({ newtonSchulzSteps: 0 }),
    },
    growth: 100,
  },
  ftrl: {
    variants: { plain: (learningRate) => ftrl({ learningRate, l1: 0.01, l2: 0.01, beta: 1 }) },
    bad: { 'power > 0': () => ftrl({ power: 0.5 }), 'l1 < 0': () => ftrl({ l1: -1 }) },
    growth: 30,
  },
  lookahead: {
    variants: { plain: (learningRate) => lookahead(sgd({ learningRate, momentum: 0.9 }), { period: 2 }) },
    bad: {
      'no optimizer': () => lookahead(undefined as never),
      'period 0': () => lookahead(sgd(), { period: 0 }),
      'share 0': () => lookahead(sgd(), { share: 0 }),
    },
  },
  scheduleFreeSgd: {
    variants: { plain: (learningRate) => scheduleFreeSgd({ learningRate, l2: 0.01 }) },
    bad: {
      'momentum 0': () => scheduleFreeSgd({ momentum: 0 }),
      'power < 0': () => scheduleFreeSgd({ weightPower: -1 }),
    },
  },
  scheduleFreeAdamW: {
    variants: { plain: (learningRate) => scheduleFreeAdamW({ learningRate, weightDecay: 0.01 }) },
    bad: adamBad(scheduleFreeAdamW, MOMENTS),
    growth: 30,
  },
  partition: {
    variants: {
      'by kind': (learningRate) =>
        partition({
          weights: { parameters: 'kernels', optimizer: sgd({ learningRate, momentum: 0.9 }) },
          rest: { parameters: 'others', optimizer: adam({ learningRate: 0.01 }), rate: 0.5 },
        }),
    },
    bad: {
      'no groups': () => partition({}),
      'no optimizer': () => partition({ all: { parameters: 'all' } as never }),
      'no selector': () => partition({ all: { parameters: 'some' as never, optimizer: sgd() } }),
      'others twice': () =>
        partition({
          a: { parameters: 'others', optimizer: sgd() },
          b: { parameters: 'others', optimizer: sgd() },
        }),
      'rate < 0': () => partition({ all: { parameters: 'all', optimizer: sgd(), rate: -1 } }),
      'unknown option': () => partition({ all: { parameters: 'all', optimizer: sgd(), rates: 1 } as never }),
    },
    growth: 30,
  },
};

const transformed = (make: () => exported.GradientTransform) => (learningRate: number | Schedule) =>
  toOptimizer(chain(make(), scaleByLearningRate(learningRate)), { name: 'transformed' });

/** Transforms, each as an optimizer that does nothing else. */
const transforms: Record<string, Entry> = {
  addDecayedWeights: {
    variants: {
      kernels: transformed(() => addDecayedWeights({ weightDecay: 0.1, parameters: /kernel|filter/ })),
    },
    bad: {
      'weightDecay < 0': () => addDecayedWeights({ weightDecay: -1 }),
      'no selector': () => addDecayedWeights({ weightDecay: 1, parameters: 3 as never }),
    },
  },
  chain: {
    variants: { 'of a chain': transformed(() => chain(chain(clipByGlobalNorm(0.5)), trace())) },
    bad: { nothing: () => chain(), 'no transform': () => chain(adam() as never) },
    nan: 'all',
  },
  centralize: { variants: { plain: transformed(() => centralize()) }, bad: {} },
  orthogonalize: {
    variants: {},
    bad: { 'no such adjustment': () => orthogonalize({ adjustment: 'none' as never }) },
  },
  scaleByRms: {
    variants: { plain: transformed(() => scaleByRms()) },
    bad: { 'rho = 1': () => scaleByRms({ rho: 1 }) },
    growth: 30,
  },
  scaleBySign: { variants: { plain: transformed(() => scaleBySign()) }, bad: {}, growth: 30 },
  scaleByTrustRatio: {
    variants: { plain: transformed(() => scaleByTrustRatio()) },
    bad: { 'coefficient 0': () => scaleByTrustRatio({ trustCoefficient: 0 }) },
    growth: 30,
    nan: 'parameter',
  },
  clipByGlobalNorm: {
    variants: { plain: transformed(() => clipByGlobalNorm(0.5)) },
    bad: { 0: () => clipByGlobalNorm(0), NaN: () => clipByGlobalNorm(NaN) },
    nan: 'all',
  },
  clipByNorm: {
    variants: { plain: transformed(() => clipByNorm(0.2)) },
    bad: { 0: () => clipByNorm(0) },
    nan: 'parameter',
  },
  clipByValue: {
    variants: { plain: transformed(() => clipByValue(0.1)) },
    bad: { 0: () => clipByValue(0) },
  },
  withName: {
    variants: { plain: transformed(() => chain(trace(), withName('slow', trace({ momentum: 0.5 })))) },
    bad: { 'no name': () => withName('', trace()) },
  },
  scale: { variants: { plain: transformed(() => scale(() => 0.5)) }, bad: { NaN: () => scale(NaN) } },
  scaleByAdam: {
    variants: { plain: transformed(() => scaleByAdam()) },
    bad: adamBad(scaleByAdam, ['beta1 = 1', 'beta2 < 0', 'epsilon NaN', 'amsgrad no boolean']),
    growth: 30,
  },
  scaleByLearningRate: {
    variants: {
      plain: (learningRate) => toOptimizer(scaleByLearningRate(learningRate), { name: 'descent' }),
    },
    bad: { NaN: () => scaleByLearningRate(NaN), 'no number': () => scaleByLearningRate('0.1' as never) },
  },
  toOptimizer: {
    variants: { plain: transformed(() => scale(1)) },
    bad: {
      'no learning rate': () => toOptimizer(trace(), { name: 'a' }),
      'no name': () => toOptimizer(scaleByLearningRate(1), { name: '' }),
    },
  },
  trace: {
    variants: {
      schedule: transformed(() => trace({ momentum: ({ step }) => 0.9 - 0.1 / (step + 1), nesterov: true })),
    },
    bad: {
      'momentum > 1': () => trace({ momentum: 1.5 }),
      'nesterov with dampening': () => trace({ nesterov: true, dampening: 0.5 }),
    },
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

exportsContract({
  exported,
  factories: [...Object.keys(optimizers), ...Object.keys(transforms), ...Object.keys(schedules)],
  notFactories: new Set([
    'eachParameter',
    'updateOf',
    'scaleUpdate',
    'scheduleFreeWeights',
    'stepScalars',
    'valueOf',
  ]),
});

for (const [name, { variants, bad, growth, nan }] of Object.entries({ ...optimizers, ...transforms })) {
  for (const [variant, make] of Object.entries(variants))
    optimizerContract(`${name} (${variant})`, make, { bad, ...(growth && { growth }), ...(nan && { nan }) });
}
for (const [name, { make, bad }] of Object.entries(schedules)) scheduleContract(name, make, { bad });
