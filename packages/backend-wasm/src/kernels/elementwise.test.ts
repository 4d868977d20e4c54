import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  expectAsOnCpu,
  expectNoGrowth,
  noise,
  useWasm,
} from '../../../../testing/references/backend-wasm/support.js';

const special = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 7, 1e-30, -1e-30, 0.5];
const values = (x: tf.Tensor): number[] => [...x.dataSync()];

describe('elementwise kernels', () => {
  beforeAll(useWasm);

  it('clipByValue keeps NaN', () => {
    expect(values(tf.clipByValue(tf.tensor1d(special), -1, 1))).toEqual([
      NaN,
      1,
      -1,
      0,
      -0,
      1,
      -1,
      1,
      Math.fround(1e-30),
      Math.fround(-1e-30),
      0.5,
    ]);
    expect(values(tf.clipByValue(tf.tensor1d([-5, 5], 'int32'), -2, 3))).toEqual([-2, 3]);
  });

  it('relu6 keeps NaN, alone, in dense layers and in convolutions', () => {
    expect(values(tf.relu6(tf.tensor1d([NaN, -1, 3, 9])))).toEqual([NaN, 0, 3, 6]);
    const x = tf.tensor4d([NaN, -1, 3, 9], [1, 2, 2, 1]);
    const filter = tf.tensor4d([0, 0, 0, 0, 1, 0, 0, 0, 0], [3, 3, 1, 1]);
    const fused = { x, filter, strides: 1, pad: 'same', activation: 'relu6' } as const;
    expect(values(tf.fused.conv2d(fused))).toEqual([NaN, NaN, NaN, NaN]);
    expect(values(tf.fused.depthwiseConv2d(fused))).toEqual([NaN, NaN, NaN, NaN]);
    const finite = { ...fused, x: tf.tensor4d([-2, -1, 3, 9], [1, 2, 2, 1]) };
    expect(values(tf.fused.conv2d(finite))).toEqual([0, 0, 3, 6]);
    expect(values(tf.fused.depthwiseConv2d(finite))).toEqual([0, 0, 3, 6]);
    const dense = tf.fused.matMul({ a: tf.reshape(x, [4, 1]), b: tf.ones([1, 1]), activation: 'relu6' });
    expect(values(dense)).toEqual([NaN, 0, 3, 6]);
  });

  it('sign knows tiny values', () => {
    expect(values(tf.sign(tf.tensor1d(special)))).toEqual([0, 1, -1, 0, 0, 1, -1, 1, 1, -1, 1]);
  });

  it.each([1, 3, 4, 9, 1000])('sqrt of %i values equals float64 rounded', (count) => {
    const x = tf.abs(noise([count]));
    expect(values(tf.sqrt(x))).toEqual(values(x).map((v) => Math.fround(Math.sqrt(v))));
  });

  it('sqrt keeps NaN, infinity and zero', () => {
    expect(values(tf.sqrt(tf.tensor1d([NaN, -1, Infinity, 0, 4])))).toEqual([NaN, NaN, Infinity, 0, 2]);
  });

  it.each(['maximum', 'minimum'] as const)('%s keeps NaN on either side', (name) => {
    const [a, b] = [tf.tensor1d([NaN, 1, 2, NaN]), tf.tensor1d([1, NaN, 3, NaN])];
    expect(values(tf[name](a, b))).toEqual([NaN, NaN, name === 'maximum' ? 3 : 2, NaN]);
    expect(values(tf[name](tf.scalar(0), a)).slice(0, 1)).toEqual([NaN]);
  });

  it.each([
    [
      [4, 1, 3],
      [5, 1],
    ],
    [
      [5, 3],
      [5, 1],
    ],
    [
      [2, 3, 4],
      [2, 3, 1],
    ],
    [[3], [2, 3]],
    [[2, 3], []],
    [[1], [4]],
    [
      [2, 1, 3],
      [2, 4, 1],
    ],
  ])('maximum, minimum and arithmetic broadcast %j with %j as the cpu backend', async (a, b) => {
    const operands = [noise(a as never, 1), noise(b as never, 2)];
    for (const operation of [tf.maximum, tf.minimum, tf.add, tf.sub, tf.mul, tf.div]) {
      await expectAsOnCpu(operands, (x, y) => operation(x, y), 0);
      await expectAsOnCpu(operands, (x, y) => operation(y, x), 0);
    }
  });

  it.each([1, 2, 255, 256, 257])(
    'arithmetic of %i values, with a scalar on either side, and of ints',
    async (count) => {
      const x = noise([count], 1);
      for (const operation of [tf.add, tf.sub, tf.mul, tf.div]) {
        await expectAsOnCpu([x, noise([count], 2)], (a, b) => operation(a, b), 0);
        await expectAsOnCpu([x, tf.scalar(0.3)], (a, b) => operation(a, b), 0);
        await expectAsOnCpu([tf.scalar(0.3), x], (a, b) => operation(a, b), 0);
        await expectAsOnCpu(
          [tf.range(0, count, 1, 'int32'), tf.scalar(3, 'int32')],
          (a, b) => operation(a, b),
          0,
        );
      }
    },
  );

  it('arithmetic of nothing is nothing', () => {
    expect(tf.add(tf.zeros([0]), 1).shape).toEqual([0]);
    expect(tf.mul(tf.zeros([0, 3]), tf.zeros([0, 3])).shape).toEqual([0, 3]);
  });

  it('keep no memory', () => {
    const x = noise([3, 3]);
    expectNoGrowth(() => [
      tf.clipByValue(x, 0, 1),
      tf.sqrt(x),
      tf.sign(x),
      tf.add(x, 1),
      tf.maximum(x, 0),
      tf.relu6(x),
    ]);
  });
});
