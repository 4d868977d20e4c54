import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it, test } from 'vitest';
import type { Metric } from '@espalier/core';
import fixtures from '../../../testing/references/metrics/regression.json' with { type: 'json' };
import * as metrics from './index.js';
import { close, type Data, over, type Plain } from './reference-data.fixture.js';

beforeAll(() => tf.setBackend('cpu'));

const { values, ranking } = fixtures;
const data = { logits: fixtures.outputs, labels: fixtures.targets };
const weighted = { ...data, weights: fixtures.weights };
const far = { logits: fixtures.far.outputs, labels: fixtures.far.targets };
const ensemble = { logits: fixtures.ensemble.outputs, labels: fixtures.ensemble.targets };

const numbers = <Value>(
  metric: Metric<string, Value>,
  from: Data,
  sizes: readonly number[] = [16, 13, 1],
): Promise<Value> => over(metric, from, sizes, 'float32');

const none = { average: 'none' } as const;

test.each<[keyof typeof values, Metric, Data]>([
  ['rmse', metrics.rmse(), data],
  ['mape', metrics.mape(), data],
  ['mapeWeighted', metrics.mape(), weighted],
  ['smape', metrics.smape(), data],
  ['wmape', metrics.wmape(), data],
  ['msle', metrics.msle(), data],
  ['msleWeighted', metrics.msle(), weighted],
  ['minkowski', metrics.minkowski({ p: 3 }), data],
  ['pinball', metrics.pinball({ quantile: 0.8 }), data],
  ['pinballWeighted', metrics.pinball({ quantile: 0.8 }), weighted],
  ['cosine', metrics.meanCosineSimilarity(), data],
  ['tweedie0', metrics.tweedieDeviance({ power: 0 }), data],
  ['tweedie1', metrics.tweedieDeviance({ power: 1 }), data],
  ['tweedie1.5', metrics.tweedieDeviance({ power: 1.5 }), data],
  ['tweedie2', metrics.tweedieDeviance({ power: 2 }), data],
  ['tweedie3', metrics.tweedieDeviance({ power: 3 }), data],
  ['explainedVariance', metrics.explainedVariance(none), data],
  ['explainedVarianceWeighted', metrics.explainedVariance(none), weighted],
  ['explainedVarianceFar', metrics.explainedVariance(none), far],
  ['r2Each', metrics.r2(none), data],
  ['r2Variance', metrics.r2({ average: 'variance' }), data],
  ['r2Adjusted', metrics.r2({ regressors: 3 }), data],
  ['relativeSquaredError', metrics.relativeSquaredError(), data],
  ['pearson', metrics.pearson(none), data],
  ['pearsonWeighted', metrics.pearson(none), weighted],
  ['pearsonFar', metrics.pearson(none), far],
  ['concordance', metrics.concordance(none), data],
  ['spearman', metrics.spearman(none), data],
  ['kendall', metrics.kendall(none), data],
  ['crps', metrics.crps(), ensemble],
])('%s is that of the reference', async (key, metric, from) => {
  const expected = values[key];
  close(await numbers(metric, from), expected);
  close(await numbers(metric, from, [30]), expected);
});

const column = (values: readonly number[]): Plain => ({ shape: [values.length, 1], values: [...values] });

describe('extremes', () => {
  it('what does not vary has no correlation', async () => {
    const flat = { logits: column([1, 2, 3]), labels: column([5, 5, 5]) };
    for (const metric of [metrics.pearson(), metrics.spearman(), metrics.kendall()] as Metric[]) {
      expect(await numbers(metric, flat, [2, 1])).toBeNaN();
    }
    expect(await numbers(metrics.concordance(), flat, [3])).toBe(0);
    expect(await numbers(metrics.explainedVariance(), flat, [3])).toBe(0);
    expect(
      await numbers(metrics.explainedVariance(), { logits: column([6, 6, 6]), labels: flat.labels }, [3]),
    ).toBe(1);
    expect(await numbers(metrics.relativeSquaredError(), flat, [3])).toBe(Infinity);
  });

  it('correlation holds at very different scales', async () => {
    const x = Array.from({ length: 50 }, (_, i) => Math.fround(1e6 + ((i * 37) % 50)));
    const y = x.map((value, i) => Math.fround((value - 1e6) * 1e-4 + ((i * 13) % 7) * 1e-4));
    const mean = (list: number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
    const product = (a: number[], b: number[]): number => {
      const [p, q] = [mean(a), mean(b)];
      return a.reduce((sum, value, i) => sum + (value - p) * (b[i]! - q), 0);
    };
    const expected = product(x, y) / Math.sqrt(product(x, x) * product(y, y));
    close(await numbers(metrics.pearson(), { logits: column(x), labels: column(y) }, [33, 17]), expected, 5);
  });

  it('targets of 0 and empty vectors are no division by nothing', async () => {
    const zeros = { logits: column([1, 0]), labels: column([0, 0]) };
    close(await numbers(metrics.smape(), zeros, [2]), 1);
    expect(await numbers(metrics.wmape(), { logits: column([0, 0]), labels: column([0, 0]) }, [2])).toBe(0);
    expect(await numbers(metrics.meanCosineSimilarity(), zeros, [2])).toBe(0);
    const huge = { logits: column([1e30, -1e30]), labels: column([1e30, 1e30]) };
    expect(await numbers(metrics.meanCosineSimilarity(), huge, [2])).toBe(0);
  });

  it('a deviance or logarithm of what is not positive is NaN, and such targets are refused', async () => {
    const negative = { logits: column([-1]), labels: column([1]) };
    expect(await numbers(metrics.tweedieDeviance({ power: 1.5 }), negative, [1])).toBeNaN();
    expect(await numbers(metrics.msle(), { ...negative, logits: column([-2]) }, [1])).toBeNaN();
    const array = { data: Float32Array.of(1, 0), shape: [2, 1], dtype: 'float32' } as const;
    metrics.tweedieDeviance({ power: 1 }).checkTargets!(array, [null, 1]);
    expect(() => metrics.tweedieDeviance({ power: 2 }).checkTargets!(array, [null, 1])).toThrow('> 0');
    expect(() => metrics.tweedieDeviance({ power: 0.5 })).toThrow('power must be 0, or from 1 to 3');
    expect(
      await numbers(metrics.tweedieDeviance({ power: 1 }), { logits: column([2]), labels: column([0]) }, [1]),
    ).toBe(4);
  });

  it('NaN outputs make ranks NaN, and adjusted r2 needs more examples than inputs', async () => {
    const broken = { logits: column([1, NaN, 3]), labels: column([1, 2, 3]) };
    expect(await numbers(metrics.spearman(), broken, [3])).toBeNaN();
    expect(await numbers(metrics.kendall(), broken, [3])).toBeNaN();
    const few = { logits: column([1, 2, 4]), labels: column([1, 2, 3]) };
    expect(await numbers(metrics.r2({ regressors: 2 }), few, [3])).toBeNaN();
    expect(await numbers(metrics.r2({ regressors: 1 }), few, [3])).toBeCloseTo(0, 6);
  });

  it('crps takes one guess, and refuses other shapes', async () => {
    expect(await numbers(metrics.crps(), { logits: column([3]), labels: column([1]) }, [1])).toBe(2);
    expect(() => metrics.crps().sums({ outputs: tf.zeros([2, 3]), targets: tf.zeros([2, 3]) })).toThrow(
      'targets [N]',
    );
  });
});

describe('ranking', () => {
  const of = (scores: Plain, relevance: Plain): Data => ({ logits: scores, labels: relevance });
  const { scores, relevant, graded, tied } = ranking;

  test.each<[keyof typeof ranking.values, Metric, Data]>([
    ['mrr', metrics.meanReciprocalRank(), of(scores, relevant)],
    ['mrr2', metrics.meanReciprocalRank({ k: 2 }), of(scores, relevant)],
    ['map', metrics.meanAveragePrecision(), of(scores, relevant)],
    ['map3', metrics.meanAveragePrecision({ k: 3 }), of(scores, relevant)],
    ['hitRate', metrics.hitRate({ k: 1 }), of(scores, relevant)],
    ['ndcg', metrics.ndcg(), of(scores, graded)],
    ['ndcg3', metrics.ndcg({ k: 3 }), of(scores, graded)],
    ['ndcgTied', metrics.ndcg({ k: 4 }), of(tied, graded)],
  ])('%s is that of the reference', async (key, metric, from) => {
    close(await numbers(metric, from, [7, 5]), ranking.values[key]);
  });

  it('leaves padding out, and a query of weight 0', async () => {
    const padded = of(
      { shape: [2, 3], values: [9, 1, 2, 1, 2, 3] },
      { shape: [2, 3], values: [-1, 0, 1, 1, 0, 0] },
    );
    expect(await numbers(metrics.meanReciprocalRank(), padded, [2])).toBeCloseTo((1 + 1 / 3) / 2, 6);
    const first = { ...padded, weights: { shape: [2], values: [1, 0] } };
    expect(await numbers(metrics.ndcg(), first, [2])).toBe(1);
  });
});

test.each<Metric>([metrics.mae(), metrics.r2(), metrics.spearman()])(
  '$name is refused logits of classes',
  (metric) => {
    const check = (activation: string | undefined, targetKind?: 'binary' | 'class' | 'values') => () =>
      metric.checkOutput!({ name: 'out', shape: [null, 1], activation, targetKind });
    for (const kind of ['binary', 'class'] as const) {
      expect(check('linear', kind)).toThrow("the loss of output 'out' takes it for logits of classes");
      expect(check('sigmoid', kind)).not.toThrow();
      // A functional model does not say.
      expect(check(undefined, kind)).not.toThrow();
    }
    expect(check('linear', 'values')).not.toThrow();
    expect(check('linear')).not.toThrow();
  },
);
