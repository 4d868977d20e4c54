import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it, test } from 'vitest';
import type { Metric } from '@espalier/core';
import fixtures from '../../../testing/references/metrics/classification.json' with { type: 'json' };
import * as metrics from './index.js';
import { close, type Data, over } from './reference-data.fixture.js';

beforeAll(() => tf.setBackend('cpu'));

const { weights, multi, binary, multilabel, values } = fixtures;

const make = (name: string, average: string, more: object = {}): Metric => {
  const factory = (metrics as unknown as Record<string, (options: object) => Metric>)[name]!;
  return factory({
    ...(average === 'default' ? {} : { average }),
    ...(name === 'fBeta' && { beta: 2 }),
    ...more,
  });
};

describe('counts are those of scikit-learn and torchmetrics', () => {
  const cases: readonly [keyof typeof values, Data, object][] = [
    ['multi', multi, {}],
    ['weighted', { ...multi, weights }, {}],
    ['binary', binary, {}],
    ['threshold', binary, { threshold: 0.3 }],
    ['multilabel', multilabel, { multiLabel: true }],
  ];
  for (const [kind, data, more] of cases) {
    test.each(Object.entries(values[kind]))(`${kind}: %s`, async (key, expected) => {
      const [name, average] = key.split('/') as [string, string];
      close(await over(make(name, average, more), data), expected);
    });
  }

  it('of a softmax over two classes the average is macro, of one output class 1', async () => {
    const two = {
      logits: { shape: [40, 2], values: binary.logits.values.flatMap((z) => [0, z]) },
      labels: binary.labels,
    };
    close(await over(metrics.precision(), two), values.binary['precision/macro']);
    close(
      await over(metrics.precision({ average: 'none' }), two),
      await over(metrics.precision({ average: 'none' }), binary),
    );
  });

  it('probabilities and logits agree, and labels of rows', async () => {
    const squashed = {
      ...binary,
      logits: { ...binary.logits, values: binary.logits.values.map((z) => 1 / (1 + Math.exp(-z))) },
    };
    close(
      await over(metrics.recall({ from: 'probabilities', threshold: 0.3 }), squashed),
      values.threshold['recall/default'],
    );
    const rows = {
      ...multi,
      labels: {
        shape: [40, 4],
        values: multi.labels.values.flatMap((y) => [0, 1, 2, 3].map((c) => Number(c === y))),
      },
    };
    close(await over(metrics.jaccard(), rows, [40], 'float32'), values.multi['jaccard/macro']);
  });

  it('diceScore is f1', async () => {
    expect(await over(metrics.diceScore({ average: 'none' }), multi)).toEqual(
      await over(metrics.f1({ average: 'none' }), multi),
    );
  });

  it('ignores a label, at any rank', async () => {
    const ignored = {
      ...multi,
      labels: { ...multi.labels, values: multi.labels.values.map((y, i) => (i < 7 ? -1 : y)) },
    };
    const without = {
      logits: { shape: [33, 4], values: multi.logits.values.slice(28) },
      labels: { shape: [33], values: multi.labels.values.slice(7) },
    };
    const deep = {
      logits: { shape: [8, 5, 4], values: multi.logits.values },
      labels: { shape: [8, 5], values: ignored.labels.values },
    };
    for (const metric of [
      metrics.f1({ ignoreIndex: -1 }),
      metrics.accuracy({ ignoreIndex: -1 }),
      metrics.cohenKappa({ ignoreIndex: -1 }),
      metrics.logLoss({ ignoreIndex: -1 }),
      metrics.rocAuc({ ignoreIndex: -1 }),
      metrics.topKAccuracy({ k: 2, ignoreIndex: -1 }),
    ] as Metric[]) {
      const expected = await over(metric, without, [33]);
      close(await over(metric, ignored), expected);
      close(await over(metric, deep, [4, 4]), expected);
    }
  });

  it('of a whole sequence, each step weighs as much as its example', async () => {
    const deep = {
      logits: { shape: [8, 5, 4], values: multi.logits.values },
      labels: { shape: [8, 5], values: multi.labels.values },
      weights: { shape: [8], values: [1, 2, 0, 1, 0.5, 1, 1, 3] },
    };
    const flat = {
      ...multi,
      weights: { shape: [40], values: deep.weights.values.flatMap((w) => [w, w, w, w, w]) },
    };
    close(await over(metrics.f1(), deep, [4, 4]), await over(metrics.f1(), flat));
  });

  it('an output that is NaN is a wrong answer', async () => {
    const broken = { logits: { shape: [2], values: [NaN, NaN] }, labels: { shape: [2], values: [0, 1] } };
    expect(await over(metrics.statScores(), broken, [2])).toEqual([
      [0, 1, 0, 1, 1],
      [0, 1, 0, 1, 1],
    ]);
    const row = { logits: { shape: [2, 2], values: [NaN, 1, 3, 1] }, labels: { shape: [2], values: [0, 0] } };
    expect(await over(metrics.statScores(), row, [2])).toEqual([
      [1, 0, 0, 1, 2],
      [0, 0, 2, 0, 0],
    ]);
    expect(await over(metrics.hammingLoss(), broken, [2])).toBe(1);
  });

  it('refuses what does not fit', async () => {
    const output = { name: 'output', shape: [null, 3], activation: 'linear' };
    expect(() => metrics.f1({ average: 'binary' }).checkOutput!(output)).toThrow(
      "[f1] average must be 'macro'",
    );
    expect(() => metrics.f1({ threshold: 0.3 }).checkOutput!(output)).toThrow(
      '[f1] threshold must be left out',
    );
    expect(() => metrics.f1({ multiLabel: true, ignoreIndex: 0 })).toThrow('ignoreIndex');
    expect(() => metrics.f1({ multiLabel: true }).checkOutput!({ ...output, activation: 'sigmoid' })).toThrow(
      'probabilities',
    );
    await expect(over(metrics.f1({ average: 'binary' }), multi)).rejects.toThrow("average must be 'macro'");
  });
});
