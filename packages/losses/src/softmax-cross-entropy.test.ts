import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HostArray } from '@espalier/core';
import { softmaxCrossEntropy } from './softmax-cross-entropy.js';

beforeAll(() => tf.setBackend('cpu'));

const integers = (...values: number[]): HostArray => ({
  data: Int32Array.from(values),
  shape: [values.length],
  dtype: 'int32',
});
const floats = (shape: number[], ...values: number[]): HostArray => ({
  data: Float32Array.from(values),
  shape,
  dtype: 'float32',
});

describe('softmaxCrossEntropy', () => {
  it('has the gradient of the value also where a row does not sum to 1', () => {
    tf.tidy(() => {
      const row = tf.tensor2d([[0.5, 0.2, 0.1]]);
      const loss = (z: tf.Tensor) => softmaxCrossEntropy().perExample(z, row);
      const z = [0.3, -0.2, 0.9];
      const gradient = tf
        .grad(loss)(tf.tensor2d([z]))
        .dataSync();
      const value = (at: number[]) => {
        const total = Math.log(at.reduce((sum, x) => sum + Math.exp(x), 0));
        return [0.5, 0.2, 0.1].reduce((sum, t, i) => sum + t * (total - at[i]!), 0);
      };
      z.forEach((_, i) => {
        const shifted = (by: number) => value(z.map((x, j) => (i === j ? x + by : x)));
        expect(gradient[i]).toBeCloseTo((shifted(1e-5) - shifted(-1e-5)) / 2e-5, 6);
      });
    });
  });

  it('takes targets of one kind only where told so', () => {
    const logits = tf.zeros([2, 2]);
    const labels = tf.tensor1d([0, 1], 'int32');
    const rows = tf.tensor2d([
      [1, 0],
      [0, 1],
    ]);
    expect(softmaxCrossEntropy({ labels: 'integer' }).perExample(logits, labels).shape).toEqual([2]);
    expect(softmaxCrossEntropy({ labels: 'one-hot' }).perExample(logits, rows).shape).toEqual([2]);
    expect(() => softmaxCrossEntropy({ labels: 'integer' }).perExample(logits, rows)).toThrow(
      /must be \[2\] int32, got \[2, 2\]/,
    );
    expect(() => softmaxCrossEntropy({ labels: 'one-hot' }).perExample(logits, labels)).toThrow(
      /must be \[2, 2\], got \[2\]/,
    );
  });

  it('refuses shapes and dtypes that do not fit', () => {
    const loss = softmaxCrossEntropy();
    expect(() => loss.perExample(tf.zeros([2, 2, 2]), tf.zeros([2]))).toThrow(
      /for outputs \[2, 2, 2\] the labels must be \[2, 2\] int32 or \[2, 2, 2\], got \[2\]/,
    );
    expect(() => loss.perExample(tf.zeros([2, 3]), tf.zeros([2]))).toThrow(/must be int32, got float32/);
    expect(() => loss.perExample(tf.zeros([2, 3]), tf.zeros([3], 'int32'))).toThrow(
      /must be \[2\] int32 or \[2, 3\], got \[3\]/,
    );
    expect(() => loss.perExample(tf.zeros([2, 3]), tf.zeros([2, 1]))).toThrow(/got \[2, 1\]/);
    expect(() => softmaxCrossEntropy({ labels: 'sparse' as 'auto' })).toThrow(
      expect.objectContaining({ code: 'invalid-option', scope: 'softmax-cross-entropy' }),
    );
  });
});

describe('checkTargets', () => {
  const check = (targets: HostArray, classes: number | null = 3) =>
    softmaxCrossEntropy().checkTargets!(targets, [null, classes]);

  it('says what to make of a flat list of labels, which is taken for numbers', () => {
    const numbers: HostArray = { data: Float32Array.of(0, 2), shape: [2, 1], dtype: 'float32' };
    expect(() => check(numbers)).toThrow(/got \[N, 1\] float32; a flat list .* Int32Array\.from\(labels\)/);
  });

  it('accepts integer labels, one-hot rows and probabilities', () => {
    check(integers(0, 2, 1));
    check(floats([2, 3], 0, 1, 0, 0.2, 0.3, 0.5));
    check({ data: Uint8Array.of(0, 0, 1), shape: [1, 3], dtype: 'float32' });
    check(integers(0, 900), null);
    softmaxCrossEntropy().checkTargets!(integers(7), [null]);
  });

  it.each<[string, HostArray, RegExp]>([
    ['too large', integers(0, 3), /label of example 1 is 3; it must be a whole number from 0 to 2/],
    ['negative', integers(0, 1, -1), /label of example 2 is -1/],
    ['fractional', floats([3], 0, 1.5, 2), /label of example 1 is 1.5/],
    ['NaN', floats([2], 0, NaN), /label of example 1 is NaN/],
    ['float32 though whole', floats([2], 0, 1), /must be int32, got float32; give them as an Int32Array/],
    ['a column', { ...integers(0, 1), shape: [2, 1] }, /must be \[N\] int32 or \[N, 3\], got \[N, 1\] int32/],
    ['rows too wide', floats([1, 4], 0, 0, 0, 1), /got \[N, 4\]/],
    ['a row of zeros', floats([2, 3], 1, 0, 0, 0, 0, 0), /row of example 1 sums to 0; it must sum to 1/],
    ['a row summing to 2', floats([1, 3], 1, 1, 0), /row of example 0 sums to 2/],
    ['NaN in a row', floats([2, 3], 1, 0, 0, 0, NaN, 0), /class 1 of the label of example 1 is NaN/],
    ['negative in a row', floats([1, 3], -0.5, 1, 0.5), /class 0 of the label of example 0 is -0.5/],
  ])('refuses labels: %s', (_, targets, message) => {
    expect(() => check(targets)).toThrow(message);
    expect(() => check(targets)).toThrow(expect.objectContaining({ code: 'invalid-data' }));
  });

  it('refuses labels of examples where there are places', () => {
    expect(() => softmaxCrossEntropy().checkTargets!(integers(0), [null, 4, 3])).toThrow(
      /must be \[N, 4\] int32 or \[N, 4, 3\], got \[N\] int32/,
    );
  });
});
