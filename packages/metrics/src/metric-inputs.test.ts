import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { Metric } from '@espalier/core';
import { accuracy, confusionMatrix, mae, mse, r2, topKAccuracy } from './index.js';

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
  for (const factory of [accuracy, mse, mae, r2]) {
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
