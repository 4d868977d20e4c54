import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { on } from '../../testing/on-both.js';
import { onRealLibrary } from '../../testing/real-library.js';
import { node } from '../index.js';

const TENTH = Math.fround(0.1);

await onRealLibrary('long sums', () => {
  beforeAll(() => node().activate());

  it.each<[string, number[], number[]]>([
    ['a million rows', [1_000_000, 2], [0]],
    ['a prime number of rows', [1_000_003, 2], [0]],
    ['pixels of pictures', [64, 28, 28, 3], [0, 1, 2]],
    ['the middle', [2, 100_001, 2], [1]],
    ['all', [1000, 1000], [0, 1]],
    ['the end', [2, 1_000_000], [1]],
  ])('over %s are right to five digits', async (_, shape, axes) => {
    const count = axes.reduce((product, axis) => product * shape[axis]!, 1);
    for (const run of [
      () => tf.mean(tf.fill(shape, 0.1), axes),
      () => tf.div(tf.sum(tf.fill(shape, 0.1), axes), count),
    ]) {
      const { values } = await on('tensorflow', run);
      for (const value of values) expect(Math.abs(value / TENTH - 1)).toBeLessThan(4e-6);
    }
  });

  it('are those of the right rows', async () => {
    // Row r of column c holds r + c: whole numbers, so that sums are exact.
    const [rows, columns] = [1500, 3];
    const x = tf.add(tf.expandDims(tf.range(0, rows), 1), tf.range(0, columns));
    const { values, shape } = await on('tensorflow', () => tf.sum(x, 0));
    expect(shape).toEqual([columns]);
    expect(values).toEqual([0, 1, 2].map((c) => (rows * (rows - 1)) / 2 + rows * c));
    const kept = await on('tensorflow', () => tf.mean(tf.stack([x, tf.add(x, 1)]), 1, true));
    expect(kept.shape).toEqual([2, 1, columns]);
    expect(kept.values).toEqual([749.5, 750.5, 751.5, 750.5, 751.5, 752.5]);
  });

  it('keep types, NaN and emptiness', async () => {
    const ints = await on('tensorflow', () => tf.sum(tf.fill<tf.Rank.R2>([2000, 2], 3, 'int32'), 0));
    expect(ints.values).toEqual([6000, 6000]);
    const broken = await on('tensorflow', () =>
      tf.sum(tf.concat([tf.ones<tf.Rank.R2>([1999, 2]), tf.tensor2d([[NaN, 1]])]), 0),
    );
    expect(broken.values).toEqual([NaN, 2000]);
    expect((await on('tensorflow', () => tf.sum(tf.zeros([0, 2]), 0))).values).toEqual([0, 0]);
    expect((await on('tensorflow', () => tf.sum(tf.zeros([2000, 0]), 0))).values).toEqual([]);
  });
});
