import type { Schedule } from '@espalier/core';
import * as exported from '../index.js';
import { adamBad, type Entry, epsilon, SIGN_GROWTH } from './entry.fixture.js';

const { adam } = exported;
const { centralize, orthogonalize, scaleByRms, scaleBySign, scaleByTrustRatio } = exported;
const { addDecayedWeights, chain, clipByGlobalNorm, clipByNorm, clipByValue, withName } = exported;
const { scale, scaleByAdam, scaleByLearningRate, toOptimizer, trace } = exported;

const transformed = (make: () => exported.GradientTransform) => (learningRate: number | Schedule) =>
  toOptimizer(chain(make(), scaleByLearningRate(learningRate)), { name: 'transformed' });

/** Transforms, each as an optimizer that does nothing else. */
export const transforms: Record<string, Entry> = {
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
    variants: { plain: transformed(() => scaleByRms({ epsilon })) },
    bad: { 'rho = 1': () => scaleByRms({ rho: 1 }) },
    growth: 30,
  },
  scaleBySign: { variants: { plain: transformed(() => scaleBySign()) }, bad: {}, growth: SIGN_GROWTH },
  scaleByTrustRatio: {
    variants: { plain: transformed(() => scaleByTrustRatio()) },
    bad: { 'coefficient 0': () => scaleByTrustRatio({ trustCoefficient: 0 }) },
    growth: 1000,
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
    variants: { plain: transformed(() => scaleByAdam({ epsilon })) },
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
