import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoGrowth, noise, useWasm } from '../../../../testing/references/backend-wasm/support.js';

const values = (x: tf.Tensor): number[] => [...x.dataSync()];

describe('identity and cast', () => {
  beforeAll(useWasm);

  it('a clone outlives its original, and the other way round', () => {
    const a = tf.tensor1d([1, 2, 3]);
    const b = tf.clone(a);
    const c = tf.cast(a, 'float32');
    a.dispose();
    expect(values(b)).toEqual([1, 2, 3]);
    b.dispose();
    expect(values(c)).toEqual([1, 2, 3]);
    c.dispose();
  });

  it('a variable assigned again leaves its copies alone', () => {
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const before = tf.clone(variable);
    variable.assign(tf.tensor1d([3, 4]));
    expect(values(before)).toEqual([1, 2]);
    expect(values(variable)).toEqual([3, 4]);
    variable.dispose();
  });

  it('a cast to bool is 1 for every value but 0', () => {
    const x = tf.tensor1d([NaN, Infinity, -1, 0.5, 0, -0, 256, 1e-30]);
    expect(values(tf.cast(x, 'bool'))).toEqual([1, 1, 1, 1, 0, 0, 1, 1]);
    expect(values(tf.cast(tf.tensor1d([0, 256, -1], 'int32'), 'bool'))).toEqual([0, 1, 1]);
  });

  it('other casts stay as they were', () => {
    expect(values(tf.cast(tf.tensor1d([1.9, -1.9]), 'int32'))).toEqual([1, -1]);
    expect(values(tf.cast(tf.tensor1d([1, 0], 'bool'), 'float32'))).toEqual([1, 0]);
  });

  it('keep no memory', () => {
    const x = noise([4]);
    expectNoGrowth(() => [tf.clone(x), tf.cast(x, 'float32'), tf.cast(x, 'bool')]);
  });
});
