import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  expectAsOnCpu,
  expectClose,
  expectNoGrowth,
  noise,
  useWasm,
} from '../../../../testing/references/backend-wasm/support.js';

describe('sum and mean', () => {
  beforeAll(useWasm);

  it('of a million times 0.1 are exact to single precision', () => {
    const x = tf.fill([1_000_000], 0.1);
    const exact = Math.fround(0.1);
    expect(tf.mean(x).dataSync()[0]).toBe(exact);
    expect(tf.sum(x).dataSync()[0]).toBe(Math.fround(exact * 1_000_000));
    expect([...tf.mean(tf.reshape(x, [50_000, 20]), 0).dataSync()]).toEqual(new Array(20).fill(exact));
    expect([...tf.mean(tf.reshape(x, [20, 50_000]), 1).dataSync()]).toEqual(new Array(20).fill(exact));
  });

  it('do not lose what cancels', () => {
    const x = tf.tensor2d([1e8, 1, -1e8, 1, 1e8, 1, -1e8, 1], [8, 1]);
    expect(tf.sum(x).dataSync()[0]).toBe(4);
    expect(tf.sum(tf.tile(x, [1, 21]), 0).dataSync()[20]).toBe(4);
  });

  const shape = [3, 4, 1, 5, 2];
  it.each(
    [[], [0], [4], [1, 3], [0, 1, 2], [2], [0, 4], [0, 2, 4], [1, 2, 3, 4], [-1], [0, 1, 2, 3, 4]].map(
      (axes) => ({ axes }),
    ),
  )('over axes $axes equal float64', ({ axes }) => {
    const x = noise(shape as never);
    const values = x.dataSync();
    const strides = tf.util.computeStrides(shape).concat(1);
    const reduced = shape.map(
      (_, axis) => axes.length === 0 || axes.includes(axis) || axes.includes(axis - 5),
    );
    const outShape = shape.filter((_, axis) => !reduced[axis]);
    const outStrides = outShape.length === 0 ? [] : tf.util.computeStrides(outShape).concat(1);
    const sums = new Array<number>(tf.util.sizeFromShape(outShape)).fill(0);
    values.forEach((value, position) => {
      const place = shape.map((size, axis) => Math.floor(position / strides[axis]!) % size);
      const kept = place.filter((_, axis) => !reduced[axis]);
      sums[kept.reduce((index, at, i) => index + at * outStrides[i]!, 0)]! += value;
    });
    const axis = axes.length === 0 ? undefined : axes;
    const count = values.length / sums.length;
    expectClose(tf.sum(x, axis), sums, 2e-7);
    expectClose(
      tf.mean(x, axis),
      sums.map((sum) => sum / count),
      2e-7,
    );
    const keepDims = tf.sum(x, axis, true);
    expect(keepDims.shape).toEqual(shape.map((size, i) => (reduced[i] ? 1 : size)));
    expectClose(keepDims, sums, 2e-7);
  });

  it.each([1, 3, 4, 15, 16, 17, 37])('add up %i columns and rows of any length', async (columns) => {
    await expectAsOnCpu([noise([70, columns])], (x) => tf.sum(x, 0), 1e-5);
    await expectAsOnCpu([noise([columns, 131])], (x) => tf.sum(x, 1), 1e-5);
  });

  it('keep the type: int32 and bool sums are int32, means float32', () => {
    const ints = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], 'int32');
    expect(tf.sum(ints, 0).dtype).toBe('int32');
    expect([...tf.sum(ints, 0).dataSync()]).toEqual([5, 7, 9]);
    expect(tf.mean(ints).dtype).toBe('float32');
    expect(tf.mean(ints).dataSync()[0]).toBe(3.5);
    expect([...tf.sum(tf.tensor2d([1, 0, 1, 1], [2, 2], 'bool'), 1).dataSync()]).toEqual([1, 2]);
  });

  it('let NaN and infinity through', () => {
    const x = tf.tensor2d([NaN, 1, Infinity, 2, 3, -Infinity, 1, 1, Infinity], [3, 3]);
    expect([...tf.sum(x, 0).dataSync()]).toEqual([NaN, 5, NaN]);
    expect([...tf.mean(x, 1).dataSync()]).toEqual([NaN, -Infinity, Infinity]);
  });

  it('of nothing are 0 and NaN', () => {
    expect(tf.sum(tf.zeros([0])).dataSync()[0]).toBe(0);
    expect([...tf.sum(tf.zeros([0, 2]), 0).dataSync()]).toEqual([0, 0]);
    expect(tf.mean(tf.zeros([0])).dataSync()[0]).toBeNaN();
  });

  it('have their gradients', () => {
    const dx = tf.grad((x: tf.Tensor) => tf.mean(tf.square(x)))(tf.tensor1d([1, -2, 4]));
    expectClose(dx, [2 / 3, -4 / 3, 8 / 3], 1e-6);
  });

  it('keep no memory', () => {
    const x = noise([4, 5, 6]);
    expectNoGrowth(() => [tf.sum(x, [0, 2]), tf.mean(x, 1), tf.sum(x)]);
  });
});
