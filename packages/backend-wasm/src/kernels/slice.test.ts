import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  expectAsOnCpu,
  expectNoGrowth,
  noise,
  useWasm,
} from '../../../../testing/references/backend-wasm/support.js';

describe('slice', () => {
  beforeAll(useWasm);

  it.each([
    { shape: [6], begin: [2], size: [3] },
    { shape: [6, 5], begin: [1, 0], size: [4, 5] },
    { shape: [6, 5], begin: [1, 2], size: [4, 2] },
    { shape: [3, 4, 5], begin: [1, 0, 2], size: [2, 4, 2] },
    { shape: [3, 4, 5], begin: [1, 1, 0], size: [2, 2, 5] },
    { shape: [2, 3, 2, 3, 2], begin: [1, 1, 0, 1, 1], size: [1, 2, 2, 2, 1] },
    { shape: [3, 4], begin: [1], size: [-1] },
    { shape: [3, 4], begin: [0, 2], size: [0, 2] },
  ])('of $shape from $begin, size $size equals the cpu backend', ({ shape, begin, size }) =>
    expectAsOnCpu([noise(shape as never)], (x) => tf.slice(x, begin, size), 0),
  );

  it('copies ints, bools and strings', () => {
    expect([...tf.slice(tf.tensor1d([7, -8, 9], 'int32'), 1, 2).dataSync()]).toEqual([-8, 9]);
    expect([...tf.slice(tf.tensor2d([1, 0, 1, 1], [2, 2], 'bool'), [0, 1], [2, 1]).dataSync()]).toEqual([
      0, 1,
    ]);
    expect(tf.slice(tf.tensor1d(['a', 'b', 'c']), 1, 1).dataSync()).toEqual(['b']);
  });

  it('keeps no memory', () => {
    const x = noise([4, 5]);
    expectNoGrowth(() => tf.slice(x, [1, 1], [2, 3]));
  });
});
