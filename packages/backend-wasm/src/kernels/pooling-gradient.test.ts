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

interface Case {
  kind: 'max' | 'avg';
  content: string;
  x: Stored;
  dy: Stored;
  dx: Stored;
  window: number;
  stride: number;
  padding: number;
}

/** Transpose of average pooling over [H, W], written out: the padded cells are not counted. */
function averageReference(
  height: number,
  width: number,
  window: number,
  stride: number,
  dy: number[][],
): number[] {
  const pad = (size: number): number =>
    Math.floor(Math.max((Math.ceil(size / stride) - 1) * stride + window - size, 0) / 2);
  const dx = new Array<number>(height * width).fill(0);
  dy.forEach((row, oy) =>
    row.forEach((gradient, ox) => {
      const cells: number[] = [];
      for (let y = oy * stride - pad(height); y < oy * stride - pad(height) + window; y++)
        for (let x = ox * stride - pad(width); x < ox * stride - pad(width) + window; x++)
          if (y >= 0 && y < height && x >= 0 && x < width) cells.push(y * width + x);
      for (const cell of cells) dx[cell]! += gradient / cells.length;
    }),
  );
  return dx;
}

describe('gradients of pooling', () => {
  beforeAll(useWasm);

  it.each(cases<Case>('pool2d'))(
    '$kind pooling equals PyTorch: $x.shape, window $window, stride $stride, padding $padding, $content values',
    ({ kind, x, dy, dx, window, stride, padding }) => {
      tf.tidy(() => {
        const pool = (input: tf.Tensor): tf.Tensor =>
          (kind === 'max' ? tf.maxPool : tf.avgPool)(input as tf.Tensor4D, window, stride, padding, 'floor');
        expectClose(tf.grad(pool)(tensor(x), tensor(dy)), numbers(dx));
      });
    },
  );

  it.each([4, 8, 11])('%i channels at once equal one at a time, NaN and ties among them', (channels) => {
    tf.tidy(() => {
      const values = tf
        .round(tf.mul(noise([2, 5, 4, channels], 3), 2))
        .dataSync()
        .slice();
      for (let i = 5; i < values.length; i += 23) values[i] = NaN;
      const x = tf.tensor4d(values as Float32Array, [2, 5, 4, channels]);
      const pool = (input: tf.Tensor): tf.Tensor => tf.maxPool(input as tf.Tensor4D, 3, 2, 'same');
      const dy = noise(pool(x).shape as never, 4);
      const whole = tf.grad(pool)(x, dy);
      const alone = (i: number): tf.Tensor => {
        const channel = (t: tf.Tensor): tf.Tensor => tf.slice(t, [0, 0, 0, i], [-1, -1, -1, 1]);
        return tf.grad(pool)(channel(x), channel(dy));
      };
      const parts = Array.from({ length: channels }, (_, i) => alone(i));
      expectClose(whole, tf.concat(parts, 3).dataSync(), 0);
      expect(tf.sum(whole).dataSync()[0]).toBeCloseTo(tf.sum(dy).dataSync()[0]!, 4);
    });
  });

  it('gives a window of equal values to its first cell', () => {
    const dx = tf.grad((x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'))(
      tf.fill([1, 2, 2, 1], -3),
    );
    expect([...dx.dataSync()]).toEqual([1, 0, 0, 0]);
  });

  it.each([
    [3, 3, 3, 1],
    [4, 5, 2, 2],
    [5, 4, 3, 2],
    [1, 1, 3, 1],
    [7, 3, 4, 3],
  ])(
    "average pooling with padding 'same' is exact: %i x %i, window %i, stride %i",
    (height, width, window, stride) => {
      tf.tidy(() => {
        const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
        const dy = Array.from({ length: rows }, (_, y) =>
          Array.from({ length: columns }, (_, x) => 1 + y - 0.5 * x),
        );
        const dx = tf.grad((x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, window, stride, 'same'))(
          noise([1, height, width, 1]),
          tf.tensor(dy.flat(), [1, rows, columns, 1]),
        );
        expectClose(dx, averageReference(height, width, window, stride, dy));
      });
    },
  );

  it('average pooling spreads the whole gradient: its sum is the number of windows', () => {
    const dx = tf.grad((x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, 3, 1, 'same'))(tf.ones([1, 3, 3, 1]));
    expect(tf.sum(dx).dataSync()[0]).toBeCloseTo(9, 6);
    expect(dx.dataSync()[0]).toBeCloseTo(1 / 4 + 2 / 6 + 1 / 9, 6);
  });

  it('3-d pooling of one slice equals 2-d pooling', () => {
    const x = noise([2, 1, 5, 6, 3], 4);
    const flat = tf.reshape(x, [2, 5, 6, 3]);
    for (const [in3d, in2d] of [
      [tf.maxPool3d, tf.maxPool],
      [tf.avgPool3d, tf.avgPool],
    ] as const) {
      const deep = tf.grad((v: tf.Tensor) => in3d(v as tf.Tensor5D, [1, 3, 2], [1, 2, 2], 'same'))(x);
      const plain = tf.grad((v: tf.Tensor) => in2d(v as tf.Tensor4D, [3, 2], 2, 'same'))(flat);
      expectClose(deep, plain.dataSync(), 0);
    }
  });

  it('3-d max pooling of negative values keeps the whole gradient', () => {
    const x = tf.sub(noise([1, 4, 4, 4, 2], 5), 3);
    const dx = tf.grad((v: tf.Tensor) => tf.maxPool3d(v as tf.Tensor5D, 2, 2, 'valid'))(x);
    expect(tf.sum(dx).dataSync()[0]).toBe(16);
  });

  it('keeps no memory', () => {
    const x = noise([2, 6, 6, 3]);
    expectNoGrowth(() => tf.grad((v: tf.Tensor) => tf.maxPool(v as tf.Tensor4D, 2, 2, 'same'))(x));
    expectNoGrowth(() => tf.grad((v: tf.Tensor) => tf.avgPool(v as tf.Tensor4D, 2, 2, 'same'))(x));
  });
});
