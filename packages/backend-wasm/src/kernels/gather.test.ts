import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  expectAsOnCpu,
  expectNoGrowth,
  noise,
  useWasm,
} from '../../../../testing/references/backend-wasm/support.js';

const indices = tf.util.toTypedArray([0, 4, 2, 2], 'int32') as Int32Array;

describe('gather', () => {
  beforeAll(useWasm);

  it.each([
    { shape: [5], axis: 0, batchDims: 0, at: [4] },
    { shape: [5, 40], axis: 0, batchDims: 0, at: [2, 2] },
    { shape: [2, 5, 3], axis: 1, batchDims: 0, at: [4] },
    { shape: [2, 5, 3], axis: 1, batchDims: 1, at: [2, 2] },
    { shape: [2, 3, 5], axis: -1, batchDims: 0, at: [2, 2] },
  ])('of $shape along $axis equals the cpu backend', ({ shape, axis, batchDims, at }) =>
    expectAsOnCpu(
      [noise(shape as never), tf.tensor(indices, at, 'int32')],
      (x, ids) => tf.gather(x, ids as tf.Tensor1D, axis, batchDims),
      0,
    ),
  );

  it('copies ints, bools and NaN bit for bit', () => {
    const rows = tf.tensor1d([1, 0], 'int32');
    expect([...tf.gather(tf.tensor1d([7, -8], 'int32'), rows).dataSync()]).toEqual([-8, 7]);
    expect([...tf.gather(tf.tensor1d([true, false], 'bool'), rows).dataSync()]).toEqual([0, 1]);
    expect([...tf.gather(tf.tensor1d([NaN, -0]), rows).dataSync()]).toEqual([-0, NaN]);
  });

  it('names an index out of range', () => {
    expect(() => tf.gather(tf.zeros([5, 2]), tf.tensor1d([0, 5], 'int32'))).toThrow(
      /\[backend-wasm\] gather: index 5 at position 1 is outside 0\.\.4/,
    );
    expect(() => tf.gather(tf.zeros([5, 2]), tf.tensor1d([-1], 'int32'))).toThrow(/index -1/);
  });

  it('keeps no memory', () => {
    const [x, ids] = [noise([5, 40]), tf.tensor1d(indices, 'int32')];
    expectNoGrowth(() => tf.gather(x, ids));
  });
});
