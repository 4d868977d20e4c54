import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  cases,
  expectClose,
  expectNoGrowth,
  noise,
  numbers,
  tensor,
  useWasm,
  type Stored,
} from '../../../../testing/references/backend-wasm/support.js';

describe('unsortedSegmentSum', () => {
  beforeAll(useWasm);

  it.each(cases<{ table: Stored; ids: Stored; dy: Stored; dTable: Stored }>('embedding'))(
    'gives an embedding the gradient of PyTorch',
    ({ table, ids, dy, dTable }) => {
      const indices = tensor(ids, 'int32');
      const got = tf.grad((t: tf.Tensor) => tf.gather(t, indices))(tensor(table), tensor(dy));
      expect(got.shape).toEqual(dTable.shape);
      expectClose(got, numbers(dTable), 0);
    },
  );

  it('leaves ids out of range out, and gives empty segments 0', () => {
    const sums = tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4, 8]), tf.tensor1d([2, -1, 2, 3], 'int32'), 3);
    expect([...sums.dataSync()]).toEqual([0, 0, 5]);
  });

  it('adds ints as ints', () => {
    const sums = tf.unsortedSegmentSum(
      tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'),
      tf.tensor1d([1, 1], 'int32'),
      2,
    );
    expect(sums.dtype).toBe('int32');
    expect([...sums.dataSync()]).toEqual([0, 0, 4, 6]);
  });

  it('adds many rows of one id without losing digits', () => {
    const ids = tf.zeros([100_000], 'int32') as tf.Tensor1D;
    const sums = tf.unsortedSegmentSum(tf.fill([100_000, 1], 0.1), ids, 1);
    expect(sums.dataSync()[0]).toBe(Math.fround(Math.fround(0.1) * 100_000));
  });

  it('keeps no memory', () => {
    const [x, ids] = [noise([6, 2]), tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32')];
    expectNoGrowth(() => tf.unsortedSegmentSum(x, ids, 3));
  });
});
