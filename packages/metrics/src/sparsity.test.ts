import { describe, expect, it } from 'vitest';
import type { HostArrays } from '@espalier/core';
import { scriptedRun } from '@espalier/testkit';
import { sparsity, sparsityOf } from './index.js';

const array = (shape: number[], ...values: number[]) => ({
  data: Float32Array.from(values),
  shape,
  dtype: 'float32' as const,
});
const weights: HostArrays = {
  'hidden_1/kernel': array([2, 2], 0, 1e-5, -1e-5, 1),
  'hidden_1/bias': array([2], 0, 0),
  'batch_norm_1/moving_mean': array([2], 0, 0),
  'output/kernel': array([2, 1], 0.5, -9.9e-5),
};

describe('sparsityOf', () => {
  it('gives the share of each kernel and of all together', () => {
    expect(sparsityOf(weights)).toEqual({
      overall: 4 / 6,
      byParameter: { 'hidden_1/kernel': 3 / 4, 'output/kernel': 1 / 2 },
    });
  });

  it('counts strictly below the threshold', () => {
    expect(sparsityOf(weights, { threshold: 0.5, parameters: ['output/kernel'] }).overall).toBe(1 / 2);
    expect(sparsityOf(weights, { threshold: 1e-9 }).overall).toBe(1 / 6);
    expect(sparsityOf({ 'a/kernel': array([1, 2], NaN, 0) }).overall).toBe(1 / 2);
  });

  it('selects parameters', () => {
    expect(Object.keys(sparsityOf(weights, { parameters: 'biases' }).byParameter)).toEqual(['hidden_1/bias']);
    expect(() => sparsityOf(weights, { parameters: ['hidden_2/kernel'] })).toThrow(
      /'hidden_2\/kernel' does not exist/,
    );
  });

  it.each([0, -1, NaN, Infinity])('refuses the threshold %s', (threshold) => {
    const error = expect.objectContaining({ code: 'invalid-option', scope: 'sparsity' });
    expect(() => sparsityOf(weights, { threshold })).toThrow(error);
    expect(() => sparsity({ threshold })).toThrow(error);
  });
});

describe('sparsity', () => {
  it('logs the share at the end of each epoch, before others look', async () => {
    const seen: unknown[] = [];
    const { record, status } = await scriptedRun({
      plugins: [{ name: 'other', onEpochEnd: (_, logs) => void seen.push(logs['sparsity']) }, sparsity()],
      epochs: [{ loss: 1 }, { loss: 1 }],
      weights: (done) => ({ 'a/kernel': array([1, 4], 0, 0, done, done > 1 ? 0 : 1) }),
    });
    expect(status).toBe('completed');
    expect(record.epochs.map((epoch) => epoch['sparsity'])).toEqual([0.5, 0.75]);
    expect(seen).toEqual([0.5, 0.75]);
  });
});
