import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it, test } from 'vitest';
import type { Metric } from '@espalier/core';
import fixtures from '../../../testing/references/metrics/classification.json' with { type: 'json' };
import * as metrics from './index.js';
import { close, type Data, over } from './reference-data.fixture.js';

beforeAll(() => tf.setBackend('cpu'));

const { weights, multi, binary, multilabel, curves } = fixtures;

describe('curves are those of scikit-learn and torchmetrics', () => {
  test.each<[keyof typeof curves, Metric, Data]>([
    ['rocAuc', metrics.rocAuc(), binary],
    ['rocAucWeighted', metrics.rocAuc(), { ...binary, weights }],
    ['averagePrecision', metrics.averagePrecision(), binary],
    ['averagePrecisionWeighted', metrics.averagePrecision(), { ...binary, weights }],
    ['roc', metrics.rocCurve(), binary],
    ['pr', metrics.precisionRecallCurve(), binary],
    ['rocAucMacro', metrics.rocAuc(), multi],
    ['rocAucByExamples', metrics.rocAuc({ average: 'weighted' }), multi],
    ['averagePrecisionMacro', metrics.averagePrecision(), multi],
    ['averagePrecisionByExamples', metrics.averagePrecision({ average: 'weighted' }), multi],
    ['rocAucMultilabel', metrics.rocAuc({ multiLabel: true, average: 'none' }), multilabel],
    [
      'averagePrecisionMultilabel',
      metrics.averagePrecision({ multiLabel: true, average: 'none' }),
      multilabel,
    ],
    ['rocAucMicro', metrics.rocAuc({ multiLabel: true, average: 'micro' }), multilabel],
    ['averagePrecisionBinned', metrics.averagePrecision({ thresholds: 11 }), binary],
    ['rocAucBinned', metrics.rocAuc({ thresholds: 11 }), binary],
    ['recallAtPrecision', metrics.recallAtPrecision({ precision: 0.75 }), binary],
    ['precisionAtRecall', metrics.precisionAtRecall({ recall: 0.6 }), binary],
    ['sensitivityAtSpecificity', metrics.sensitivityAtSpecificity({ specificity: 0.8 }), binary],
    ['specificityAtSensitivity', metrics.specificityAtSensitivity({ sensitivity: 0.6 }), binary],
    ['equalErrorRate', metrics.equalErrorRate(), binary],
  ])('%s', async (key, metric, data) => {
    close(await over(metric, data), curves[key]);
    close(await over(metric, data, [1, 39]), curves[key]);
  });

  it('a class without examples has no value and does not count', async () => {
    close(await over(metrics.rocAuc({ average: 'none' }), multi), [...curves.rocAucEach, 'nan']);
  });

  it('many thresholds come near the exact value', async () => {
    for (const factory of [metrics.rocAuc, metrics.averagePrecision]) {
      close(
        await over(factory({ thresholds: 2001, multiLabel: true }), multilabel),
        await over(factory({ multiLabel: true }), multilabel),
        3,
      );
      close(
        await over(factory({ thresholds: 2001, multiLabel: true, average: 'micro' }), multilabel),
        await over(factory({ multiLabel: true, average: 'micro' }), multilabel),
        3,
      );
    }
  });

  it('keep the order of logits whose probabilities round to 0 and 1', async () => {
    const sure = {
      logits: { shape: [4], values: [800, 900, -900, -800] },
      labels: { shape: [4], values: [0, 1, 0, 1] },
    };
    expect(await over(metrics.rocAuc(), sure, [4])).toBe(0.75);
    const rows = {
      logits: { shape: [4, 2], values: sure.logits.values.flatMap((z) => [0, z]) },
      labels: sure.labels,
    };
    expect(await over(metrics.rocAuc({ average: 'none' }), rows, [4])).toEqual([0.75, 0.75]);
    const three = {
      logits: { shape: [4, 3], values: sure.logits.values.flatMap((z) => [0, z, -Infinity]) },
      labels: sure.labels,
    };
    expect((await over(metrics.rocAuc({ average: 'none' }), three, [4])).slice(0, 2)).toEqual([0.75, 0.75]);
  });

  it('keep the order where one class has all but rounding of the probability', async () => {
    // 38 against twice e^0 is less sure than 37.5 against one.
    const near = {
      logits: { shape: [2, 3], values: [0, 38, 0, 0, 37.5, -Infinity] },
      labels: { shape: [2], values: [0, 1] },
    };
    expect((await over(metrics.rocAuc({ average: 'none' }), near, [2]))[1]).toBe(1);
  });

  it('an output that is NaN has no curve', async () => {
    const broken = {
      ...binary,
      logits: { ...binary.logits, values: binary.logits.values.map((z, i) => (i === 3 ? NaN : z)) },
    };
    expect(await over(metrics.rocAuc(), broken)).toBeNaN();
    expect(await over(metrics.rocAuc({ thresholds: 5 }), broken)).toBeNaN();
    expect(await over(metrics.averagePrecision({ average: 'micro' }), broken)).toBeNaN();
  });

  it('refuse more examples than they keep, and a class that is not there', async () => {
    await expect(over(metrics.rocAuc({ maxExamples: 20 }), binary)).rejects.toThrow('at most 20 examples');
    await expect(over(metrics.rocCurve({ positive: 4 }), multi)).rejects.toThrow(
      '`positive` is 4, but the model has 4 outputs',
    );
  });
});
