import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HostArray } from '@espalier/core';
import { binaryCrossEntropy, huber, meanAbsoluteError, meanSquaredError } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

const floats = (shape: number[], ...values: number[]): HostArray => ({
  data: Float32Array.from(values),
  shape,
  dtype: 'float32',
});

describe.each([meanSquaredError(), meanAbsoluteError(), huber()])('$name', (loss) => {
  it('never broadcasts', () => {
    expect(() => loss.perExample(tf.zeros([4, 1]), tf.zeros([4]))).toThrow(
      /same shape \(nothing is broadcast\), got \[4, 1\] and \[4\]; reshape the targets/,
    );
    expect(() => loss.perExample(tf.zeros([4]), tf.zeros([4, 1]))).toThrow(/got \[4\] and \[4, 1\]/);
    expect(() => loss.perExample(tf.zeros([4, 3]), tf.zeros([1, 3]))).toThrow(/got \[4, 3\] and \[1, 3\]/);
    expect(() => loss.checkTargets!(floats([2], 0, 0), [null, 1])).toThrow(/got \[N, 1\] and \[N\]/);
    expect(() => loss.checkTargets!(floats([1, 2], 0, 0), [null, 1])).toThrow(
      expect.objectContaining({ code: 'invalid-data' }),
    );
  });

  it('refuses targets that are not finite', () => {
    expect(() => loss.checkTargets!(floats([2, 2], 0, 1, 2, NaN), [null, 2])).toThrow(
      /a target of example 1 is NaN; it must be a finite number/,
    );
    expect(() => loss.checkTargets!(floats([1, 2], 0, -Infinity), [null, 2])).toThrow(/is -Infinity/);
    loss.checkTargets!(floats([2, 2], -3, 1e30, 0, 2), [null, null]);
    loss.checkTargets!(floats([2, 1], -3, 1), [null]);
  });

  it('takes int32 targets', () => {
    expect(loss.perExample(tf.tensor2d([[2]]), tf.tensor2d([[2]], [1, 1], 'int32')).dataSync()[0]).toBe(0);
  });
});

it('huber refuses a delta that is not positive', () => {
  for (const delta of [0, -1, NaN, Infinity]) {
    expect(() => huber({ delta })).toThrow(
      expect.objectContaining({ code: 'invalid-option', scope: 'huber' }),
    );
  }
});

describe('binaryCrossEntropy', () => {
  it('takes labels [N] for logits [N, 1]', () => {
    tf.tidy(() => {
      const logits = tf.tensor2d([[20], [-3]]);
      const labels = tf.tensor1d([0, 1], 'int32');
      const values = binaryCrossEntropy().perExample(logits, labels).dataSync();
      expect(values[0]).toBeCloseTo(20, 5);
      expect(values[1]).toBeCloseTo(3 + Math.log1p(Math.exp(-3)), 5);
      const gradient = tf.grad((z) => binaryCrossEntropy().perExample(z, labels))(logits);
      expect(gradient.shape).toEqual([2, 1]);
    });
    binaryCrossEntropy().checkTargets!({ data: Int32Array.of(0, 1), shape: [2], dtype: 'int32' }, [null, 1]);
  });

  it('refuses other shapes and targets outside 0 to 1', () => {
    expect(() => binaryCrossEntropy().perExample(tf.zeros([2, 3]), tf.zeros([2]))).toThrow(/same shape/);
    expect(() => binaryCrossEntropy().checkTargets!(floats([2], 0, 2), [null, 1])).toThrow(
      /a target of example 1 is 2; it must be from 0 to 1/,
    );
  });
});
