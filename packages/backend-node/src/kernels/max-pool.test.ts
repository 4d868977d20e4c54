import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { on, waves } from '../../testing/on-both.js';
import { onRealLibrary } from '../../testing/real-library.js';
import { node } from '../index.js';

await onRealLibrary('max pooling', () => {
  beforeAll(() => node().activate());

  it('keeps NaN, as its neighbours do not', async () => {
    const x = tf.tensor4d([1, NaN, 3, 4, -5, 6, 7, 8, 9], [1, 3, 3, 1]);
    expect((await on('tensorflow', () => tf.maxPool(x, 2, 1, 'valid'))).values).toEqual([NaN, NaN, 8, 9]);
    const volume = tf.reshape(x, [1, 1, 3, 3, 1]) as tf.Tensor5D;
    const pooled = await on('tensorflow', () => tf.maxPool3d(volume, [1, 2, 2], 1, 'valid'));
    expect(pooled.values).toEqual([NaN, NaN, 8, 9]);
    const infinite = tf.tensor4d([-Infinity, Infinity, 1, 2], [1, 2, 2, 1]);
    expect((await on('tensorflow', () => tf.maxPool(infinite, 2, 1, 'valid'))).values).toEqual([Infinity]);
  });

  it('in three dimensions gives the first of equal maxima the gradient, as in two', async () => {
    const gradient = (size: number[], pool: (x: tf.Tensor5D) => tf.Tensor) =>
      on('tensorflow', () => tf.grad((x) => tf.sum(pool(x as tf.Tensor5D)))(tf.fill(size, -1)));
    const { values } = await gradient([1, 2, 2, 2, 1], (x) => tf.maxPool3d(x, 2, 2, 'valid'));
    expect(values).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    // Windows that overlap, and padding: every window gives 1 to one cell.
    const same = await gradient([2, 3, 3, 3, 2], (x) => tf.maxPool3d(x, 3, 2, 'same'));
    expect(same.values.reduce((a, b) => a + b)).toBe(2 * 8 * 2);
  });

  it.each(['same', 'valid'] as const)(
    'in three dimensions, %s, has the gradient of differences',
    async (padding) => {
      const objective = (x: tf.Tensor): tf.Scalar => {
        const y = tf.maxPool3d(x as tf.Tensor5D, [2, 3, 2], [2, 1, 2], padding);
        return tf.sum(tf.mul(y, waves(y.shape, 0.7)));
      };
      const x = waves([2, 4, 5, 3, 2], 2.1);
      const { values } = await on('tensorflow', () => tf.grad(objective)(x));
      // Linear as long as no other value becomes the maximum; values are further apart than that.
      const h = 2 ** -10;
      const buffer = x.bufferSync();
      for (let i = 0; i < values.length; i += 7) {
        const moved = [h, -h].map((by) => {
          const data = Float32Array.from(buffer.values);
          data[i]! += by;
          return tf.tidy(() => objective(tf.tensor(data, x.shape)).dataSync()[0]!);
        });
        expect(values[i]).toBeCloseTo((moved[0]! - moved[1]!) / (2 * h), 1);
      }
    },
  );
});
