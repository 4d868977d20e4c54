import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoGrowth, useWasm } from '../../../../testing/references/backend-wasm/support.js';

describe('oneHot', () => {
  beforeAll(useWasm);

  const labels = (): tf.Tensor1D => tf.tensor1d([2, 0, 1], 'int32');

  it.each(['float32', 'int32', 'bool'] as const)('as %s, nothing beyond its end', (dtype) => {
    const rows = tf.oneHot(labels(), 3, 1, 0, dtype);
    expect(rows.dtype).toBe(dtype);
    expect([...rows.dataSync()]).toEqual([0, 0, 1, 1, 0, 0, 0, 1, 0]);
    // Stock bools took four bytes each, so that what lay behind them was overwritten.
    const kept = Array.from({ length: 8 }, () => tf.tensor1d([1.5, -1.5, 2.5]));
    const bools = Array.from({ length: 8 }, () => tf.oneHot(labels(), 3, 1, 0, dtype));
    for (const tensor of kept) expect([...tensor.dataSync()]).toEqual([1.5, -1.5, 2.5]);
    tf.dispose([rows, kept, bools]);
  });

  it('with other values, of more dimensions, and of indices out of range', () => {
    const indices = tf.tensor2d([1, -1, 3, 2], [2, 2], 'int32');
    const rows = tf.oneHot(indices, 3, 0.9, 0.05, 'float32');
    expect(rows.shape).toEqual([2, 2, 3]);
    const off = [0.05, 0.05, 0.05];
    expect([...rows.dataSync()]).toEqual([0.05, 0.9, 0.05, ...off, ...off, 0.05, 0.05, 0.9].map(Math.fround));
    tf.dispose([indices, rows]);
  });

  it('of nothing is nothing', () => {
    expect([...tf.oneHot(tf.tensor1d([], 'int32'), 3, 1, 0, 'float32').dataSync()]).toEqual([]);
  });

  it('keeps no memory', () => {
    const indices = labels();
    expectNoGrowth(() => tf.oneHot(indices, 4, 1, 0, 'float32'));
  });
});
