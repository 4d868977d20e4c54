import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { EvaluationMetric, Metric } from '@espalier/core';
import { scriptedRun } from '@espalier/testkit';
import * as metrics from './index.js';
import { over } from './reference-data.fixture.js';

beforeAll(() => tf.setBackend('cpu'));

const { accuracy, aggregate, bootstrap, classwise, combine, recall, rocAuc, runningMean, specificity } =
  metrics;

const answers = {
  logits: { shape: [6], values: [1, -1, 2, 3, -2, -0.5] },
  labels: { shape: [6], values: [1, 1, 0, 1, 0, 0] },
};

describe('aggregate', () => {
  const data = {
    logits: { shape: [4, 1], values: [3, -5, 7, 100] },
    labels: { shape: [4, 1], values: [0, 0, 0, 0] },
    weights: { shape: [4], values: [1, 2, 1, 0] },
  };
  const value = ({ outputs }: { outputs: tf.Tensor }) => tf.reshape(outputs, [-1]);

  it('is the weighted mean and sum, and the extremes of what counts', async () => {
    const by = (way: 'mean' | 'sum' | 'min' | 'max') =>
      over(aggregate({ name: way, value, by: way }) as Metric<string, number>, data, [3, 1], 'float32');
    expect(await by('mean')).toBe(0);
    expect(await by('sum')).toBe(0);
    expect(await by('min')).toBe(-5);
    expect(await by('max')).toBe(7);
    const nothing = { ...data, weights: { shape: [4], values: [0, 0, 0, 0] } };
    expect(await over(aggregate({ name: 'max', value, by: 'max' }), nothing, [4])).toBeNaN();
  });

  it('refuses values that are not one an example', () => {
    const metric = aggregate({ name: 'wrong', value: ({ outputs }) => outputs });
    expect(() => metric.sums({ outputs: tf.zeros([4, 2]), targets: tf.zeros([4, 2]) })).toThrow(
      '`value` must give [4]',
    );
  });

  it('its type says where it is measured', () => {
    expectTypeOf(aggregate({ name: 'm', value })).toEqualTypeOf<Metric<'m', number>>();
    expectTypeOf(aggregate({ name: 'm', value, by: 'max' })).toEqualTypeOf<EvaluationMetric<'m', number>>();
  });
});

describe('combine', () => {
  it('is a number of exact values', async () => {
    const youden = combine({
      name: 'youden',
      of: { s: recall(), t: specificity() },
      value: ({ s, t }) => s + t - 1,
    });
    expectTypeOf(youden).toEqualTypeOf<Metric<'youden', number>>();
    expect(await over(youden, answers, [4, 2])).toBeCloseTo(2 / 3 + 2 / 3 - 1, 6);
  });

  it('keeps rows where a part does, and checks as its parts', async () => {
    const both = combine({
      name: 'both',
      of: { area: rocAuc(), a: accuracy() },
      value: ({ area, a }) => area - a,
    });
    expectTypeOf(both).toEqualTypeOf<EvaluationMetric<'both', number>>();
    const expected = (await over(rocAuc(), answers, [6])) - (await over(accuracy(), answers, [6]));
    expect(await over(both, answers, [1, 5])).toBeCloseTo(expected, 6);
    const sigmoid = { name: 'output', shape: [null, 1], activation: 'sigmoid' };
    expect(() => both.checkOutput!(sigmoid)).toThrow('ends in sigmoid');
  });
});

describe('classwise', () => {
  it('names the numbers of a list, and refuses another number of them', async () => {
    const named = classwise(recall({ average: 'none' }), { parts: ['no', 'yes'] });
    expectTypeOf(named.parts).toEqualTypeOf<readonly ('no' | 'yes')[]>();
    expect(await over(named, answers, [6])).toEqual(await over(recall({ average: 'none' }), answers, [6]));
    await expect(
      over(classwise(recall({ average: 'none' }), { parts: ['a'] }), answers, [6]),
    ).rejects.toThrow('gave 2 numbers');
    await expect(over(classwise(recall() as never, { parts: ['a'] }), answers, [6])).rejects.toThrow(
      'gave one number',
    );
    expect(() => classwise(recall({ average: 'none' }), { parts: ['a', 'a'] })).toThrow('different names');
  });
});

describe('bootstrap', () => {
  it('has the standard error of a share, the same for the same seed', async () => {
    const n = 200;
    const outputs = tf.tensor1d(Array.from({ length: n }, (_, i) => (i % 4 === 0 ? -1 : 1)));
    const batch = { outputs, targets: tf.ones([n]) };
    const before = tf.memory().numTensors;
    const found = await bootstrap(accuracy(), batch, { samples: 400, seed: 3 });
    expect(tf.memory().numTensors).toBe(before);
    const error = Math.sqrt((0.75 * 0.25) / n);
    expect(found.value).toBeCloseTo(0.75, 6);
    expect(Math.abs(found.standardError / error - 1)).toBeLessThan(0.1);
    expect(Math.abs(found.mean - 0.75)).toBeLessThan(0.005);
    expect(Math.abs(found.low - (0.75 - 1.96 * error))).toBeLessThan(0.02);
    expect(Math.abs(found.high - (0.75 + 1.96 * error))).toBeLessThan(0.02);
    expect(await bootstrap(accuracy(), batch, { samples: 400, seed: 3 })).toEqual(found);
    expect((await bootstrap(accuracy(), batch, { samples: 400, seed: 4 })).mean).not.toBe(found.mean);
  });

  it('draws by weights, and works for metrics that keep rows', async () => {
    const batch = {
      outputs: tf.tensor1d(answers.logits.values),
      targets: tf.tensor1d(answers.labels.values),
      weights: tf.tensor1d([1, 1, 0, 1, 1, 1]),
    };
    const { value, low } = await bootstrap(rocAuc(), batch, { samples: 30 });
    expect(value).toBeCloseTo(5 / 6, 6);
    expect(low).toBeGreaterThanOrEqual(0);
    const one = { ...batch, weights: tf.tensor1d([0, 0, 0, 1, 0, 0]) };
    expect((await bootstrap(accuracy(), one, { samples: 20 })).high).toBe(1);
  });

  it('refuses a metric of a list', async () => {
    const batch = { outputs: tf.zeros([2]), targets: tf.zeros([2]) };
    await expect(bootstrap(undefined as never, batch)).rejects.toThrow('[bootstrap] metric must be a metric');
    await expect(bootstrap(accuracy(), {} as never)).rejects.toThrow('batch must be { outputs, targets }');
    await expect(bootstrap(recall({ average: 'none' }) as never, batch)).rejects.toThrow(
      'a metric of one number',
    );
  });
});

describe('runningMean', () => {
  it('is the mean over the last epochs, before others look', async () => {
    const seen: unknown[] = [];
    const { record } = await scriptedRun({
      plugins: [
        { name: 'other', onEpochEnd: (_, logs) => void seen.push(logs['running_loss']) },
        runningMean({ of: 'loss', window: 2 }),
      ],
      epochs: [{ loss: 4 }, { loss: 2 }, { loss: 1 }],
    });
    expect(record.epochs.map((epoch) => epoch['running_loss'])).toEqual([4, 3, 1.5]);
    expect(seen).toEqual([4, 3, 1.5]);
  });
});
