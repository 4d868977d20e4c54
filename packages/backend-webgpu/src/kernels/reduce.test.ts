import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeOnGpu, expectValues, noise } from '../../testing/on-gpu.js';

describeOnGpu('reductions', () => {
  it.each([1, 63, 64, 65, 4095, 4096, 5000, 20_003])(
    'the sum and mean of %i values in two rows',
    async (length) => {
      const values = noise(2 * length, length).map((value) => value + 1);
      const sums = [0, 1].map((row) =>
        values.subarray(row * length, (row + 1) * length).reduce((a, b) => a + b, 0),
      );
      const x = tf.tensor2d(values, [2, length]);
      await expectValues(tf.sum(x, 1), sums, 1e-6);
      await expectValues(tf.mean(x, 1, true), sums.map((sum) => sum / length), 1e-6); // prettier-ignore
      await expectValues(tf.sum(tf.transpose(x), 0), sums, 1e-6);
    },
  );

  it('adds whole numbers as such', async () => {
    const sums = tf.sum(tf.tensor2d([16777217, 2, 16777217, 4], [2, 2], 'int32'), 1);
    expect(sums.dtype).toBe('int32');
    expect([...(await sums.data())]).toEqual([16777219, 16777221]);
    expect([...(await tf.sum(tf.tensor1d([1, 0, 1], 'bool')).data())]).toEqual([2]);
    // A float tensor that shares the bits of whole numbers.
    expect([...(await tf.mean(tf.cast(tf.tensor1d([1, 2], 'int32'), 'float32')).data())]).toEqual([1.5]);
  });

  it('of nothing are what they start from', async () => {
    const nothing = tf.zeros([0, 2]);
    await expectValues(tf.sum(nothing, 0), [0, 0]);
    await expectValues(tf.mean(nothing, 0), [NaN, NaN]);
    await expectValues(tf.max(nothing, 0), [-Infinity, -Infinity]);
    await expectValues(tf.min(nothing, 0, true), [Infinity, Infinity]);
    await expectValues(tf.prod(nothing, 0), [1, 1]);
  });

  it('softmax: NaN and infinities make their row NaN, large logits do not', async () => {
    await expectValues(tf.softmax(tf.tensor2d([[NaN, 1], [1, NaN], [0, 0]])), [NaN, NaN, NaN, NaN, 0.5, 0.5]); // prettier-ignore
    await expectValues(tf.softmax(tf.tensor2d([[Infinity, 1], [-Infinity, 1]])), [NaN, NaN, 0, 1]); // prettier-ignore
    const e = Math.exp(-1);
    await expectValues(tf.softmax(tf.tensor2d([[1000, 999]])), [1 / (1 + e), e / (1 + e)]);
    const logits = noise(300).map((value) => 5 * value);
    const total = logits.reduce((sum, value) => sum + Math.exp(value), 0);
    await expectValues(tf.softmax(tf.tensor2d(logits, [1, 300])), logits.map((value) => Math.exp(value) / total), 1e-6); // prettier-ignore
  });

  it.each([true, false])('running sums and products, reversed: %s', async (reverse) => {
    // Other lengths first: a shader must not remember one.
    for (const rows of [2, 5, 3]) await expectScans(rows, 3, reverse);
    const deep = tf.cumsum(tf.ones([1, 2, 1, 3, 1]), 3, false, reverse);
    await expectValues(deep, reverse ? [3, 2, 1, 3, 2, 1] : [1, 2, 3, 1, 2, 3]);
  });

  const expectScans = async (rows: number, columns: number, reverse: boolean): Promise<void> => {
    const values = noise(rows * columns).map((value) => value + 1.5);
    for (const exclusive of [true, false])
      for (const [run, start, join] of [
        [tf.cumsum, 0, (a: number, b: number) => a + b],
        [tf.cumprod, 1, (a: number, b: number) => a * b],
      ] as const) {
        const expected = new Array<number>(values.length);
        for (let column = 0; column < columns; column++) {
          let total: number = start;
          for (let step = 0; step < rows; step++) {
            const at = (reverse ? rows - 1 - step : step) * columns + column;
            const next = join(total, values[at]!);
            expected[at] = exclusive ? total : next;
            total = next;
          }
        }
        await expectValues(run(tf.tensor2d(values, [rows, columns]), 0, exclusive, reverse), expected);
      }
  };
});
