import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { Metric } from '@espalier/core';
import {
  accuracy,
  confusionMatrix,
  hitRate,
  mae,
  meanAveragePrecision,
  meanReciprocalRank,
  mse,
  ndcg,
  r2,
  topKAccuracy,
} from './index.js';

beforeAll(() => tf.setBackend('cpu'));

it('names are typed and may be changed', () => {
  expectTypeOf(accuracy()).toEqualTypeOf<Metric<'accuracy', number>>();
  expectTypeOf(accuracy({ name: 'acc' })).toEqualTypeOf<Metric<'acc', number>>();
  expectTypeOf(topKAccuracy({ k: 5 })).toEqualTypeOf<Metric<'top5Accuracy', number>>();
  expectTypeOf(confusionMatrix({ classes: 3 })).toEqualTypeOf<Metric<'confusionMatrix', number[][]>>();
  expect(topKAccuracy({ k: 5 }).name).toBe('top5Accuracy');
  expect([mse().name, mae().name, r2().name, mse({ name: 'error' }).name]).toEqual([
    'mse',
    'mae',
    'r2',
    'error',
  ]);
  for (const factory of [accuracy, mse, mae, r2] as readonly ((options: { name: string }) => unknown)[]) {
    expect(() => factory({ name: '' })).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  }
});

describe.each([accuracy(), topKAccuracy({ k: 2 }), confusionMatrix({ classes: 3 })])('$name', (metric) => {
  it('refuses labels that do not fit', () => {
    const outputs = tf.zeros([4, 3]);
    for (const targets of [
      tf.zeros([3], 'int32'),
      tf.zeros([4]),
      tf.zeros([4, 2]),
      tf.zeros([4, 1], 'int32'),
    ]) {
      expect(() => metric.sums({ outputs, targets })).toThrow(
        /labels must be \[4\] int32 or \[4, 3\], got \[/,
      );
    }
    expect(() => metric.sums({ outputs: tf.zeros([4, 3, 2]), targets: tf.zeros([4], 'int32') })).toThrow(
      expect.objectContaining({ code: 'invalid-data' }),
    );
  });
});

describe.each([accuracy(), topKAccuracy({ k: 2 }), confusionMatrix({ classes: 3 }), mse(), mae(), r2()])(
  '$name',
  (metric) => {
    it('is pure: the same sums twice, nothing left behind', () => {
      const outputs = tf.tensor2d([[1, 2, 3], [3, 1, 2]]); // prettier-ignore
      const targets = tf.tensor2d([[0, 0, 1], [0, 1, 0]]); // prettier-ignore
      const before = tf.memory().numTensors;
      const read = () =>
        tf.tidy(() =>
          Object.values(metric.sums({ outputs, targets, weights: tf.tensor1d([0.5, 2]) })).map((sum) => [
            ...sum.dataSync(),
          ]),
        );
      expect(read()).toEqual(read());
      expect(tf.memory().numTensors).toBe(before);
    });
  },
);

it('gives the same sums on wasm as on cpu', async () => {
  const sums: Record<string, number[][]> = {};
  for (const backend of ['wasm', 'cpu']) {
    expect(await tf.setBackend(backend)).toBe(true);
    sums[backend] = [accuracy(), topKAccuracy({ k: 2 }), confusionMatrix({ classes: 3 })].flatMap((metric) =>
      tf.tidy(() => {
        const outputs = tf.tensor2d([1, 2, 3, 3, 1, 2, 0, 5, 5, 9, 8, 7], [4, 3]);
        const totals = metric.sums({ outputs, targets: tf.tensor1d([2, 1, 2, 0], 'int32') });
        return Object.values(totals).map((sum) => [...sum.dataSync()]);
      }),
    );
  }
  expect(sums['wasm']).toEqual(sums['cpu']);
});

describe('what cannot be measured', () => {
  const numbers = { data: Float32Array.of(3.75, -2), shape: [2, 1], dtype: 'float32' } as const;
  const labels = { data: Int32Array.of(0, 5), shape: [2], dtype: 'int32' } as const;

  it('numbers are no answers and no classes', () => {
    expect(() => accuracy().checkTargets!(numbers, [null, 1])).toThrow(
      '[accuracy] a target of example 0 is 3.75; it must be from 0 to 1.',
    );
    for (const metric of [accuracy(), topKAccuracy({ k: 2 }), confusionMatrix({ classes: 3 })]) {
      expect(() => metric.checkTargets!(labels, [null, 3])).toThrow('the label of example 1 is 5');
      expect(() => metric.checkTargets!({ ...numbers, shape: [2] }, [null, 3])).toThrow('it must be a whole');
    }
    for (const metric of [mse(), mae(), r2()]) {
      expect(() => metric.checkTargets!(labels, [null, 3])).toThrow('same shape');
      expect(() => metric.checkTargets!({ ...numbers, data: Float32Array.of(1, NaN) }, [null, 1])).toThrow(
        'a target of example 1 is NaN',
      );
    }
  });

  it('one output that went through a sigmoid is no logit, and the other way round', () => {
    const one = { name: 'output', shape: [null, 1] };
    for (const make of [accuracy, (o: object) => confusionMatrix({ classes: 2, ...o })]) {
      const [ofLogits, ofShares] = [make({}), make({ from: 'probabilities' })];
      expect(() => ofLogits.checkOutput!({ ...one, activation: 'sigmoid' })).toThrow(
        "output 'output' ends in sigmoid, so it gives probabilities",
      );
      expect(() => ofShares.checkOutput!({ ...one, activation: 'linear' })).toThrow('gives no probabilities');
      expect(() => ofShares.checkOutput!({ ...one, activation: 'softmax' })).toThrow('softmax over one unit');
      ofShares.checkOutput!({ ...one, activation: 'sigmoid' });
      ofLogits.checkOutput!({ ...one, activation: 'linear' });
      ofLogits.checkOutput!({ ...one, activation: undefined });
      // The highest of several is the same before and after a softmax.
      ofLogits.checkOutput!({ ...one, shape: [null, 3], activation: 'softmax' });
    }
  });
});

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => void (await tf.setBackend(backend)));

  const resultOf = (metric: Metric, outputs: number[][], targets: number[]): unknown => {
    const sums = metric.sums({ outputs: tf.tensor2d(outputs), targets: tf.tensor1d(targets, 'int32') });
    const totals = Object.entries(sums).map(([name, sum]) => [name, Float64Array.from(sum.dataSync())]);
    return metric.result(Object.fromEntries(totals) as Record<string, Float64Array>);
  };

  it('an output that is NaN is a miss, one masked by -Infinity is not', () => {
    const rows = [[NaN, 1], [1, NaN], [2, -Infinity], [NaN, NaN]]; // prettier-ignore
    expect(resultOf(accuracy(), rows, [0, 0, 0, 0])).toBe(0.25);
    expect(resultOf(accuracy(), [[NaN], [-1], [1]], [0, 0, 1])).toBeCloseTo(2 / 3, 6);
    expect(() => resultOf(confusionMatrix({ classes: 2 }), rows, [0, 0, 0, 0])).toThrow(
      'only 1 of 4 (weighted) examples have labels from 0 to 1 and outputs without NaN',
    );
  });

  it('from probabilities, class 1 is above one half', () => {
    const answers = [[0.2], [0.6], [0.4]];
    expect(resultOf(accuracy({ from: 'probabilities' }), answers, [0, 1, 1])).toBeCloseTo(2 / 3, 6);
    expect(resultOf(accuracy(), answers, [0, 1, 1])).toBeCloseTo(2 / 3, 6);
    expect(resultOf(accuracy(), answers, [0, 0, 0])).toBe(0);
  });
});

it.each([ndcg, hitRate, meanReciprocalRank, meanAveragePrecision])(
  'a list of one item has nothing to rank: %o',
  (make: () => Metric) => {
    const targets = { data: Float32Array.of(0.5, 2), shape: [2, 1], dtype: 'float32' } as const;
    expect(() => make().checkTargets!(targets, [null, 1])).toThrow('nothing to rank');
  },
);
