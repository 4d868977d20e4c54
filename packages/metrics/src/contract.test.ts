import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import type { PluginContractOptions } from '@espalier/testkit';
import {
  amounts,
  exportsContract,
  metricContract,
  oneNumber,
  pluginContract,
  realNumbers,
} from '@espalier/testkit';
import { badName, classes, classMetrics, type Entry } from '../test/class-metrics.js';
import * as exported from './index.js';

const { accuracy, mae, mse, r2, sparsity } = exported;

const numbers = { 'three numbers': realNumbers(3) };
const regression = { 'one number': realNumbers(1), 'three numbers': realNumbers(3) };

const metrics: Record<string, Entry> = {
  ...classMetrics,
  rmse: { make: () => exported.rmse(), problems: numbers, bad: badName(exported.rmse) },
  mape: { make: () => exported.mape(), problems: numbers, bad: badName(exported.mape) },
  smape: { make: () => exported.smape(), problems: numbers, bad: badName(exported.smape) },
  wmape: { make: () => exported.wmape(), problems: numbers, bad: badName(exported.wmape) },
  msle: { make: () => exported.msle(), problems: { amounts: amounts(2) }, bad: badName(exported.msle) },
  minkowski: {
    make: () => exported.minkowski({ p: 3 }),
    problems: numbers,
    bad: { 'p 0': () => exported.minkowski({ p: 0 }) },
  },
  pinball: {
    make: () => exported.pinball(),
    problems: numbers,
    bad: { 'quantile 1': () => exported.pinball({ quantile: 1 }) },
  },
  meanCosineSimilarity: {
    make: () => exported.meanCosineSimilarity(),
    problems: numbers,
    bad: badName(exported.meanCosineSimilarity),
  },
  tweedieDeviance: {
    make: () => exported.tweedieDeviance({ power: 0 }),
    problems: numbers,
    bad: {
      'power 0.5': () => exported.tweedieDeviance({ power: 0.5 }),
      'power 4': () => exported.tweedieDeviance({ power: 4 }),
    },
  },
  crps: {
    make: () => exported.crps(),
    problems: { 'guesses at a number': oneNumber(4) },
    bad: badName(exported.crps),
  },
  explainedVariance: {
    make: () => exported.explainedVariance(),
    problems: numbers,
    bad: badName(exported.explainedVariance),
  },
  relativeSquaredError: {
    make: () => exported.relativeSquaredError(),
    problems: numbers,
    bad: badName(exported.relativeSquaredError),
  },
  pearson: { make: () => exported.pearson(), problems: numbers, bad: badName(exported.pearson) },
  concordance: { make: () => exported.concordance(), problems: numbers, bad: badName(exported.concordance) },
  spearman: {
    make: () => exported.spearman(),
    problems: numbers,
    bad: { 'no examples': () => exported.spearman({ maxExamples: 0 }) },
  },
  kendall: {
    make: () => exported.kendall({ average: 'none' }),
    problems: numbers,
    bad: badName(exported.kendall),
  },
  meanReciprocalRank: {
    make: () => exported.meanReciprocalRank(),
    problems: numbers,
    bad: { 'k 0': () => exported.meanReciprocalRank({ k: 0 }) },
  },
  meanAveragePrecision: {
    make: () => exported.meanAveragePrecision(),
    problems: numbers,
    bad: badName(exported.meanAveragePrecision),
  },
  hitRate: { make: () => exported.hitRate({ k: 1 }), problems: numbers, bad: badName(exported.hitRate) },
  ndcg: { make: () => exported.ndcg(), problems: numbers, bad: badName(exported.ndcg) },
  aggregate: {
    make: () =>
      exported.aggregate({
        name: 'largest',
        by: 'max',
        better: 'lower',
        value: ({ outputs }) => tf.max(outputs, 1),
      }),
    problems: { 'three numbers': { ...realNumbers(3), bad: {} } },
    bad: { 'no value': () => exported.aggregate({ name: 'x' } as never) },
  },
  combine: {
    make: () =>
      exported.combine({
        name: 'both',
        of: { a: accuracy(), area: exported.rocAuc() },
        value: ({ a, area }) => a * area,
      }),
    problems: classes,
    bad: { 'no metrics': () => exported.combine({ name: 'x', of: {}, value: () => 1 }) },
  },
  classwise: {
    make: () => exported.classwise(exported.recall({ average: 'none' }), { parts: ['a', 'b', 'c'] }),
    problems: classes,
    counts: true,
    bad: { 'no parts': () => exported.classwise(exported.recall({ average: 'none' }), { parts: [] }) },
  },
  mse: { make: () => mse(), problems: regression, bad: { 'empty name': () => mse({ name: '' }) } },
  mae: { make: () => mae(), problems: regression, bad: { 'empty name': () => mae({ name: '' }) } },
  r2: { make: () => r2(), problems: regression, bad: { 'empty name': () => r2({ name: '' }) } },
};

const plugins: Record<string, PluginContractOptions & { readonly make: () => Plugin }> = {
  runningMean: {
    make: () => exported.runningMean({ of: 'loss', window: 2 }),
    bad: {
      'window 0': () => exported.runningMean({ of: 'loss', window: 0 }),
      'no number': () => exported.runningMean({ of: '' }),
    },
  },
  sparsity: {
    make: () => sparsity({ threshold: 0.2 }),
    bad: {
      'threshold 0': () => sparsity({ threshold: 0 }),
      'threshold NaN': () => sparsity({ threshold: NaN }),
    },
  },
};

exportsContract({
  exported,
  factories: { ...metrics, ...plugins },
  notFactories: new Set([
    'bootstrap',
    'classificationReport',
    'groupRates',
    'perClassAccuracy',
    'sparsityOf',
  ]),
});

for (const [name, { make, ...options }] of Object.entries(metrics)) metricContract(name, make, options);
for (const [name, { make, ...options }] of Object.entries(plugins)) pluginContract(name, make, options);
