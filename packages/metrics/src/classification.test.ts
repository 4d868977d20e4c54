import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it, test } from 'vitest';
import type { Loss, Metric } from '@espalier/core';
import fixtures from '../../../testing/references/metrics/classification.json' with { type: 'json' };
import * as metrics from './index.js';
import { close, type Data, over } from './reference-data.fixture.js';

beforeAll(() => tf.setBackend('cpu'));

const { weights, multi, binary, multilabel, other } = fixtures;

describe('other metrics of classes', () => {
  test.each<[keyof typeof other, Metric, Data]>([
    ['balancedAccuracy', metrics.balancedAccuracy(), multi],
    ['balancedAccuracyAdjusted', metrics.balancedAccuracy({ adjusted: true }), multi],
    ['balancedAccuracyWeighted', metrics.balancedAccuracy(), { ...multi, weights }],
    ['matthews', metrics.matthews(), multi],
    ['matthewsWeighted', metrics.matthews(), { ...multi, weights }],
    ['matthewsBinary', metrics.matthews(), binary],
    [
      'matthewsOneClass',
      metrics.matthews(),
      { ...multi, labels: { shape: [40], values: new Array<number>(40).fill(1) } },
    ],
    ['kappa', metrics.cohenKappa(), multi],
    ['kappaLinear', metrics.cohenKappa({ weights: 'linear' }), multi],
    ['kappaQuadratic', metrics.cohenKappa({ weights: 'quadratic' }), multi],
    ['kappaWeighted', metrics.cohenKappa(), { ...multi, weights }],
    ['statScores', metrics.statScores(), multi],
    ['statScoresMultilabel', metrics.statScores({ multiLabel: true }), multilabel],
    ['hamming', metrics.hammingLoss(), multilabel],
    ['hammingWeighted', metrics.hammingLoss(), { ...multilabel, weights }],
    ['hammingMulti', metrics.hammingLoss({ multiLabel: false }), multi],
    ['exactMatch', metrics.exactMatch(), multilabel],
    ['exactMatchWeighted', metrics.exactMatch(), { ...multilabel, weights }],
    ['binaryAccuracy', metrics.binaryAccuracy(), multilabel],
    ['confusionTrue', metrics.confusionMatrix({ classes: 4, normalize: 'true' }), multi],
    ['confusionPredicted', metrics.confusionMatrix({ classes: 4, normalize: 'predicted' }), multi],
    ['confusionAll', metrics.confusionMatrix({ classes: 4, normalize: 'all' }), multi],
    ['logLoss', metrics.logLoss(), multi],
    ['logLossWeighted', metrics.logLoss(), { ...multi, weights }],
    ['logLossBinary', metrics.logLoss(), binary],
    ['brierBinary', metrics.brier(), binary],
    ['brierMulti', metrics.brier(), multi],
    ...(['l1', 'l2', 'max'] as const).flatMap((norm): [keyof typeof other, Metric, Data][] => [
      [`calibration/${norm}`, metrics.calibrationError({ bins: 10, norm }), multi],
      [`calibrationBinary/${norm}`, metrics.calibrationError({ norm }), binary],
    ]),
  ])('%s is that of the reference', async (key, metric, data) => {
    close(await over(metric, data), other[key]);
  });

  it('perplexity is the exponential of the loss', async () => {
    close(await over(metrics.perplexity(), multi), other.perplexity, 3);
  });

  it('logLoss neither clips nor overflows', async () => {
    const sure = {
      logits: { shape: [2, 2], values: [1000, 0, 0, 1000] },
      labels: { shape: [2], values: [1, 1] },
    };
    expect(await over(metrics.logLoss(), sure, [2])).toBe(500);
    const one = { logits: { shape: [2], values: [-1000, 1000] }, labels: { shape: [2], values: [1, 1] } };
    expect(await over(metrics.logLoss(), one, [2])).toBe(500);
    const masked = {
      logits: { shape: [1, 3], values: [0, -Infinity, 0] },
      labels: { shape: [1], values: [0] },
    };
    close(await over(metrics.logLoss(), masked, [1]), Math.log(2));
  });

  it('nothing at all is 0 or NaN, never an infinity', async () => {
    const none = { ...multi, weights: { shape: [40], values: new Array<number>(40).fill(0) } };
    expect(await over(metrics.f1(), none)).toBe(0);
    expect(await over(metrics.balancedAccuracy(), none)).toBeNaN();
    expect(await over(metrics.rocAuc(), none)).toBeNaN();
    expect(await over(metrics.calibrationError(), none)).toBe(0);
  });

  it('classificationReport is that of scikit-learn', async () => {
    const matrix = await over(metrics.confusionMatrix({ classes: 4 }), multi);
    const report = metrics.classificationReport(matrix, { classNames: ['a', 'b', 'c', 'd'] });
    const line = ({ precision, recall, f1, support }: metrics.ReportLine) => [precision, recall, f1, support];
    close(report.classes.map(line), fixtures.report.classes, 10);
    close(line(report.macro), fixtures.report.macro, 10);
    close(line(report.weighted), fixtures.report.weighted, 10);
    expect(report.accuracy).toBeCloseTo(fixtures.report.accuracy, 10);
    const lines = report.text.split('\n');
    expect(lines).toHaveLength(8);
    expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
    expect(lines[1]).toMatch(/^a +0\.43 +0\.40 +0\.41 +15$/);
    expect(() => metrics.classificationReport([[1]], { classNames: ['a', 'b'] })).toThrow(
      'classNames must be 1 names',
    );
    expect(() => metrics.classificationReport([[1, 2]])).toThrow('a square matrix');
  });

  it('groupRates are those of torchmetrics', () => {
    const { groups, predicted, actual, rates, ratios } = fixtures.groups;
    const found = metrics.groupRates({ groups, predicted, actual });
    found.groups.forEach((rate, g) => {
      const [tp, fp, tn, fn] = rates[g] as [number, number, number, number];
      close(
        [rate.truePositiveRate, rate.falsePositiveRate, rate.positiveRate, rate.accuracy],
        [tp / (tp + fn), fp / (fp + tn), tp + fp, tp + tn],
      );
    });
    close([found.demographicParity, found.equalOpportunity].sort(), ratios);
    expect(() => metrics.groupRates({ groups: [1], predicted: [1, 0], actual: [1, 0] })).toThrow(
      'groups must be as long',
    );
    expect(() => metrics.groupRates({ groups: [1], predicted: [2], actual: [1] })).toThrow(
      'a list of 0 and 1',
    );
  });

  it('lossMetric is the mean of a loss, weighted and with its own counts', async () => {
    const crossEntropy: Loss = {
      name: 'crossEntropy',
      config: { sure: true },
      perExample(outputs, targets) {
        const own = tf.sum(tf.mul(tf.cast(tf.oneHot(targets as tf.Tensor1D, 4), 'float32'), outputs), 1);
        return tf.mul(tf.sub(tf.logSumExp(outputs, 1), own), counted(targets)) as tf.Tensor1D;
      },
      checkTargets() {},
    };
    const counted = (targets: tf.Tensor): tf.Tensor1D =>
      tf.cast(tf.greaterEqual(targets, 0), 'float32') as tf.Tensor1D;
    const ignored = {
      ...multi,
      weights,
      labels: { ...multi.labels, values: multi.labels.values.map((y, i) => (i < 7 ? -1 : y)) },
    };
    const metric = metrics.lossMetric(crossEntropy, { name: 'ce' });
    close(await over(metric, { ...multi, weights }), other.logLossWeighted);
    close(
      await over(
        metrics.lossMetric({ ...crossEntropy, counts: (_, targets) => counted(targets) }, { name: 'ce' }),
        ignored,
      ),
      await over(metrics.logLoss({ ignoreIndex: -1 }), ignored),
    );
    expect(metric.config).toMatchObject({ name: 'ce', loss: 'crossEntropy', options: { sure: true } });
    expect(metric.checkTargets).toBeDefined();
    expect(() => metrics.lossMetric({} as never, { name: 'x' })).toThrow('loss must be a loss');
  });
});
