import * as exported from '../index.js';
import { adamBad, type Entry, epsilon, SIGN_GROWTH } from './entry.fixture.js';

const { adaBelief, adadelta, adafactor, adagrad, adam, adamW, adamax, adan, asgd, fromage, ftrl, lamb } =
  exported;
const { lars, lion, lookahead, muon, nadam, novograd, partition, radam, rmsprop, rprop } = exported;
const { cocob, dAdaptAdam, dog, prodigy } = exported;
const { scheduleFreeAdamW, scheduleFreeSgd, sgd, signSgd, sm3, yogi } = exported;

/** What is bad for every optimizer with two means. */
const MOMENTS = ['beta1 = 1', 'beta2 < 0', 'epsilon NaN', 'weightDecay < 0', 'l2 < 0', 'unknown'];

/** Every optimizer. */
export const optimizers: Record<string, Entry> = {
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
      plain: (learningRate) => adam({ learningRate, epsilon }),
      coupled: (learningRate) => adam({ learningRate, epsilon, l2: 0.01 }),
      amsgrad: (learningRate) => adam({ learningRate, epsilon, amsgrad: true }),
    },
    bad: adamBad(adam),
    growth: 30,
  },
  adamW: {
    variants: { plain: (learningRate) => adamW({ learningRate, epsilon, weightDecay: 0.01 }) },
    bad: adamBad(adamW),
    growth: 30,
  },
  rmsprop: {
    variants: {
      centered: (learningRate) => rmsprop({ learningRate, centered: true, momentum: 0.9, epsilon: 0.01 }),
      'as Keras': (learningRate) => rmsprop({ learningRate, epsilon, rho: 0.9, epsilonPlace: 'inside' }),
    },
    bad: {
      'rho = 1': () => rmsprop({ rho: 1 }),
      'epsilon < 0': () => rmsprop({ epsilon: -1 }),
      'no place': () => rmsprop({ epsilonPlace: 'within' as never }),
      'momentum > 1': () => rmsprop({ momentum: 2 }),
    },
    growth: 100,
  },
  prodigy: {
    variants: {
      'bias corrected': (learningRate) =>
        prodigy({ learningRate, d0: 0.1, epsilon, biasCorrection: true, weightDecay: 0.01 }),
    },
    bad: {
      'd0 = 0': () => prodigy({ d0: 0 }),
      'beta3 = 1': () => prodigy({ beta3: 1 }),
      'growthRate < 1': () => prodigy({ growthRate: 0.5 }),
      'epsilon = 0': () => prodigy({ epsilon: 0 }),
    },
    growth: 100,
  },
  dAdaptAdam: {
    variants: { plain: (learningRate) => dAdaptAdam({ learningRate, d0: 0.1, epsilon }) },
    bad: {
      'd0 = 0': () => dAdaptAdam({ d0: 0 }),
      'beta2 = 0': () => dAdaptAdam({ beta2: 0 }),
      'growthRate < 1': () => dAdaptAdam({ growthRate: 0.5 }),
    },
    growth: 100,
  },
  dog: {
    variants: { 'of all': (learningRate) => dog({ learningRate, initialDistance: 0.1 }) },
    bad: {
      'initialDistance = 0': () => dog({ initialDistance: 0 }),
      'perParameter a string': () => dog({ perParameter: 'yes' as never }),
    },
    nan: 'all',
  },
  cocob: {
    variants: { plain: (learningRate) => cocob({ learningRate, epsilon }) },
    bad: { 'alpha = 0': () => cocob({ alpha: 0 }), 'epsilon < 0': () => cocob({ epsilon: -1 }) },
    growth: 100,
  },
  adagrad: {
    variants: { plain: (learningRate) => adagrad({ learningRate, epsilon }) },
    bad: { 'accumulator < 0': () => adagrad({ initialAccumulator: -1 }) },
    growth: 30,
  },
  adadelta: {
    variants: { plain: (learningRate) => adadelta({ learningRate, epsilon }) },
    bad: { 'rho < 0': () => adadelta({ rho: -0.1 }) },
    growth: 30,
  },
  adamax: {
    variants: { plain: (learningRate) => adamax({ learningRate, epsilon }) },
    bad: adamBad(adamax, MOMENTS),
    growth: 30,
  },
  nadam: {
    variants: { plain: (learningRate) => nadam({ learningRate, epsilon }) },
    bad: { ...adamBad(nadam, MOMENTS), 'momentumDecay < 0': () => nadam({ momentumDecay: -1 }) },
    growth: 30,
  },
  radam: {
    variants: { plain: (learningRate) => radam({ learningRate, epsilon, beta2: 0.9 }) },
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
    growth: SIGN_GROWTH,
  },
  adafactor: {
    variants: { plain: (learningRate) => adafactor({ learningRate, epsilon1: epsilon, weightDecay: 0.01 }) },
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
    growth: SIGN_GROWTH,
  },
  signSgd: {
    variants: { momentum: (learningRate) => signSgd({ learningRate, momentum: 0.9 }) },
    bad: { 'momentum > 1': () => signSgd({ momentum: 2 }) },
    growth: SIGN_GROWTH,
  },
  lamb: {
    variants: { plain: (learningRate) => lamb({ learningRate, epsilon, weightDecay: 0.01 }) },
    bad: adamBad(lamb, MOMENTS),
    growth: 1000,
    nan: 'parameter',
  },
  lars: {
    variants: { plain: (learningRate) => lars({ learningRate, l2: 0.01, trustCoefficient: 0.1 }) },
    bad: { 'trustCoefficient 0': () => lars({ trustCoefficient: 0 }) },
    growth: 1000,
    nan: 'parameter',
  },
  adaBelief: {
    variants: { plain: (learningRate) => adaBelief({ learningRate, epsilonRoot: 1e-6 }) },
    bad: { ...adamBad(adaBelief, MOMENTS), 'epsilonRoot < 0': () => adaBelief({ epsilonRoot: -1 }) },
    growth: 100,
  },
  adan: {
    variants: { plain: (learningRate) => adan({ learningRate, epsilon }) },
    bad: { ...adamBad(adan, MOMENTS), 'beta3 = 1': () => adan({ beta3: 1 }) },
    growth: 30,
  },
  yogi: {
    variants: { plain: (learningRate) => yogi({ learningRate }) },
    bad: { ...adamBad(yogi, MOMENTS), 'accumulator < 0': () => yogi({ initialAccumulator: -1 }) },
    growth: 30,
  },
  novograd: {
    variants: { plain: (learningRate) => novograd({ learningRate, epsilon }) },
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
    growth: 1000,
  },
  ftrl: {
    variants: { plain: (learningRate) => ftrl({ learningRate, l1: 0.01, l2: 0.01, beta: 1 }) },
    bad: { 'power > 0': () => ftrl({ power: 0.5 }), 'l1 < 0': () => ftrl({ l1: -1 }) },
    growth: 30,
  },
  sm3: {
    variants: { plain: (learningRate) => sm3({ learningRate, epsilon }) },
    bad: { 'momentum 1': () => sm3({ momentum: 1 }), 'epsilon < 0': () => sm3({ epsilon: -1 }) },
    growth: 30,
  },
  fromage: {
    variants: { plain: (learningRate) => fromage({ learningRate, minNorm: epsilon }) },
    bad: { 'minNorm 0': () => fromage({ minNorm: 0 }) },
    growth: 1000,
    nan: 'parameter',
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
    variants: { plain: (learningRate) => scheduleFreeAdamW({ learningRate, epsilon, weightDecay: 0.01 }) },
    bad: adamBad(scheduleFreeAdamW, MOMENTS),
    growth: 30,
  },
  partition: {
    variants: {
      'by kind': (learningRate) =>
        partition({
          weights: { parameters: 'kernels', optimizer: sgd({ learningRate, momentum: 0.9 }) },
          rest: { parameters: 'others', optimizer: adam({ learningRate: 0.01, epsilon }), rate: 0.5 },
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
