import * as tf from '@tensorflow/tfjs-core';
import type { Loss, Metric } from '@espalier/core';
import type { MetricContractOptions } from '@espalier/testkit';
import { classLabels, probabilityRows, realNumbers, yesOrNo } from '@espalier/testkit';
import * as exported from '../src/index.js';

/** A metric and what its contract needs to know. */
export interface Entry extends MetricContractOptions {
  readonly make: () => Metric;
}

const { accuracy, confusionMatrix, mse, topKAccuracy } = exported;

/** Problems of metrics of classes. */
export const classes = { 'class numbers': classLabels(3) };
const answers = { 'yes or no': yesOrNo(1) };
const labels = { 'several answers': yesOrNo(3) };
/** A call with a name that must be refused. */
export const badName = (factory: (options: { name: never }) => unknown) => ({
  'empty name': () => factory({ name: '' as never }),
});
const squared: Loss = {
  name: 'squared',
  perExample: (outputs, targets) => tf.mean(tf.squaredDifference(outputs, targets), 1),
  checkTargets: (targets, shape) => mse().checkTargets!(targets, shape),
};

/** The metrics of classes under contract. */
export const classMetrics: Record<string, Entry> = {
  accuracy: {
    make: () => accuracy(),
    problems: {
      'class numbers': classLabels(3),
      'one class': classLabels(1),
      'rows of probabilities': probabilityRows(3),
      'yes or no': yesOrNo(1),
    },
    counts: true,
    bad: { 'empty name': () => accuracy({ name: '' }) },
  },
  topKAccuracy: {
    make: () => topKAccuracy({ k: 2 }),
    problems: { 'class numbers': classLabels(4), 'rows of probabilities': probabilityRows(3) },
    counts: true,
    bad: { 'k 0': () => topKAccuracy({ k: 0 }), 'no k': () => topKAccuracy({} as never) },
  },
  confusionMatrix: {
    make: () => confusionMatrix({ classes: 3 }),
    problems: { 'class numbers': classLabels(3), 'rows of probabilities': probabilityRows(3) },
    counts: true,
    bad: {
      'one class': () => confusionMatrix({ classes: 1 }),
      'no classes': () => confusionMatrix({} as never),
    },
  },
  precision: {
    make: () => exported.precision(),
    problems: classes,
    counts: true,
    bad: badName(exported.precision),
  },
  recall: { make: () => exported.recall(), problems: classes, counts: true, bad: badName(exported.recall) },
  specificity: {
    make: () => exported.specificity(),
    problems: classes,
    counts: true,
    bad: badName(exported.specificity),
  },
  negativePredictiveValue: {
    make: () => exported.negativePredictiveValue(),
    problems: classes,
    counts: true,
    bad: badName(exported.negativePredictiveValue),
  },
  jaccard: {
    make: () => exported.jaccard(),
    problems: classes,
    counts: true,
    bad: badName(exported.jaccard),
  },
  diceScore: {
    make: () => exported.diceScore(),
    problems: classes,
    counts: true,
    bad: badName(exported.diceScore),
  },
  balancedAccuracy: {
    make: () => exported.balancedAccuracy(),
    problems: classes,
    counts: true,
    bad: badName(exported.balancedAccuracy),
  },
  matthews: {
    make: () => exported.matthews(),
    problems: classes,
    counts: true,
    bad: badName(exported.matthews),
  },
  cohenKappa: {
    make: () => exported.cohenKappa(),
    problems: classes,
    counts: true,
    bad: badName(exported.cohenKappa),
  },
  f1: {
    make: () => exported.f1({ average: 'none' }),
    problems: { ...classes, ...answers, 'rows of probabilities': probabilityRows(3) },
    counts: true,
    bad: {
      'threshold 1': () => exported.f1({ threshold: 1 }),
      'no average': () => exported.f1({ average: 'all' as never }),
    },
  },
  fBeta: {
    make: () => exported.fBeta({ beta: 2, multiLabel: true }),
    problems: labels,
    counts: true,
    bad: { 'beta 0': () => exported.fBeta({ beta: 0 }), 'no beta': () => exported.fBeta({} as never) },
  },
  statScores: {
    make: () => exported.statScores(),
    problems: classes,
    counts: true,
    bad: badName(exported.statScores),
  },
  hammingLoss: {
    make: () => exported.hammingLoss(),
    problems: labels,
    counts: true,
    bad: badName(exported.hammingLoss),
  },
  binaryAccuracy: {
    make: () => exported.binaryAccuracy(),
    problems: labels,
    bad: badName(exported.binaryAccuracy),
  },
  exactMatch: {
    make: () => exported.exactMatch(),
    problems: labels,
    counts: true,
    bad: badName(exported.exactMatch),
  },
  logLoss: {
    make: () => exported.logLoss(),
    problems: { ...classes, ...answers, 'rows of probabilities': probabilityRows(3) },
    bad: badName(exported.logLoss),
  },
  perplexity: { make: () => exported.perplexity(), problems: classes, bad: badName(exported.perplexity) },
  brier: { make: () => exported.brier(), problems: { ...classes, ...answers }, bad: badName(exported.brier) },
  calibrationError: {
    make: () => exported.calibrationError(),
    problems: { ...classes, ...answers },
    bad: { 'no bins': () => exported.calibrationError({ bins: 0 }) },
  },
  lossMetric: {
    make: () => exported.lossMetric(squared, { name: 'squared' }),
    problems: { 'three numbers': realNumbers(3) },
    bad: {
      'no loss': () => exported.lossMetric({} as never, { name: 'x' }),
      'empty name': () => exported.lossMetric(squared, { name: '' }),
    },
  },
  rocAuc: {
    make: () => exported.rocAuc(),
    problems: { ...classes, ...answers },
    bad: {
      'one threshold': () => exported.rocAuc({ thresholds: 1 }),
      'no examples': () => exported.rocAuc({ maxExamples: 0 }),
    },
  },
  averagePrecision: {
    make: () => exported.averagePrecision({ thresholds: 20 }),
    problems: { ...classes, ...answers },
    bad: badName(exported.averagePrecision),
  },
  rocCurve: {
    make: () => exported.rocCurve(),
    problems: answers,
    bad: { 'class -1': () => exported.rocCurve({ positive: -1 }) },
  },
  precisionRecallCurve: {
    make: () => exported.precisionRecallCurve({ thresholds: 5 }),
    problems: classes,
    bad: badName(exported.precisionRecallCurve),
  },
  recallAtPrecision: {
    make: () => exported.recallAtPrecision({ precision: 0.5 }),
    problems: answers,
    bad: { 'precision 2': () => exported.recallAtPrecision({ precision: 2 }) },
  },
  precisionAtRecall: {
    make: () => exported.precisionAtRecall({ recall: 0.5, multiLabel: true }),
    problems: labels,
    bad: { 'no recall': () => exported.precisionAtRecall({} as never) },
  },
  sensitivityAtSpecificity: {
    make: () => exported.sensitivityAtSpecificity({ specificity: 0.5 }),
    problems: answers,
    bad: { 'specificity -1': () => exported.sensitivityAtSpecificity({ specificity: -1 }) },
  },
  specificityAtSensitivity: {
    make: () => exported.specificityAtSensitivity({ sensitivity: 0.5, thresholds: 9 }),
    problems: answers,
    bad: { 'sensitivity NaN': () => exported.specificityAtSensitivity({ sensitivity: NaN }) },
  },
  equalErrorRate: {
    make: () => exported.equalErrorRate(),
    problems: answers,
    bad: badName(exported.equalErrorRate),
  },
};
