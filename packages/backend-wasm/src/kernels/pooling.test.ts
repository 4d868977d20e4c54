import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  expectAsOnCpu,
  expectNoGrowth,
  noise,
  useWasm,
} from '../../../../testing/references/backend-wasm/support.js';

const values = (x: tf.Tensor): number[] => [...x.dataSync()];

describe('pooling', () => {
  beforeAll(useWasm);

  it('keeps NaN in its windows and out of the others', () => {
    const x = tf.tensor4d([NaN, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -2, 3, 4, -3, -4], [1, 4, 4, 1]);
    expect(values(tf.maxPool(x, 2, 2, 'valid'))).toEqual([NaN, 7, 9, -1]);
    expect(values(tf.avgPool(x, 2, 2, 'valid'))).toEqual([NaN, 4.5, 6, -2.5]);
  });

  it('keeps infinities', () => {
    const x = tf.tensor4d([Infinity, 1, -Infinity, -Infinity, 2, 3, -Infinity, -Infinity], [1, 2, 4, 1]);
    expect(values(tf.maxPool(x, 2, 2, 'valid'))).toEqual([Infinity, -Infinity]);
    expect(values(tf.avgPool(x, 2, 2, 'valid'))).toEqual([Infinity, -Infinity]);
  });

  it.each(['same', 'valid'] as const)('of finite values equals the cpu backend, padding %s', async (pad) => {
    const x = noise([2, 7, 6, 3]);
    for (const pool of [tf.maxPool, tf.avgPool]) {
      await expectAsOnCpu([x], (v) => pool(v as tf.Tensor4D, 3, 2, pad), 1e-6);
    }
  });

  it('takes the maximum of volumes that have no positive value, and keeps NaN', () => {
    const x = tf.tensor5d([-1, -2, -3, -4, -8, -7, -6, -5, NaN, 1, 2, 3, 4, 5, 6, 7], [2, 2, 2, 2, 1]);
    expect(values(tf.maxPool3d(x, 2, 2, 'valid'))).toEqual([-1, NaN]);
    expect(values(tf.maxPool3d(x, [1, 2, 1], 1, 'valid'))).toEqual([-1, -2, -6, -5, NaN, 3, 6, 7]);
  });

  it.each(['same', 'valid'] as const)('of volumes equals the cpu backend, padding %s', async (pad) => {
    await expectAsOnCpu(
      [noise([2, 4, 5, 6, 3])],
      (v) => tf.maxPool3d(v as tf.Tensor5D, [3, 2, 3], 2, pad),
      1e-6,
    );
  });

  it('keeps no memory', () => {
    const x = tf.tensor4d([NaN, 1, 2, 3], [1, 2, 2, 1]);
    expectNoGrowth(() => [tf.maxPool(x, 2, 1, 'same'), tf.avgPool(x, 2, 1, 'same')]);
  });
});
