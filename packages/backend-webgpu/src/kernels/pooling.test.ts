import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import {
  cases,
  describeOnGpu,
  expectValues,
  noise,
  numbers,
  type Stored,
  tensor,
} from '../../testing/on-gpu.js';

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

const gradient = (pool: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, dy?: tf.Tensor): tf.Tensor =>
  tf.tidy(() => tf.grad(pool)(x, dy));

/** Gradient of a pooling over `[1, D, H, W, 1]` in float64: `share` says what each cell of a window gets. */
function reference(
  input: readonly number[],
  size: readonly [number, number, number],
  window: readonly [number, number, number],
  share: (values: readonly number[]) => readonly number[],
): number[] {
  const dx = input.map(() => 0);
  const out = size.map((extent, axis) => extent - window[axis]! + 1) as [number, number, number];
  let n = 0;
  for (let z = 0; z < out[0]; z++)
    for (let y = 0; y < out[1]; y++)
      for (let x = 0; x < out[2]; x++) {
        const dy = Math.cos(++n);
        const cells: number[] = [];
        for (let iz = z; iz < z + window[0]; iz++)
          for (let iy = y; iy < y + window[1]; iy++)
            for (let ix = x; ix < x + window[2]; ix++) cells.push((iz * size[1] + iy) * size[2] + ix);
        share(cells.map((cell) => input[cell]!)).forEach((part, i) => (dx[cells[i]!]! += dy * part));
      }
  return dx;
}

const toFirstMaximum = (values: readonly number[]): number[] => {
  const at = values.indexOf(Math.max(...values));
  return values.map((_, i) => Number(i === at));
};

describeOnGpu('pooling', () => {
  it.each(cases<Case>('pool2d'))(
    '$kind pooling has the gradient of PyTorch: $x.shape, window $window, stride $stride, padding $padding, $content values',
    async ({ kind, x, dy, dx, window, stride, padding }) => {
      const pool = (input: tf.Tensor): tf.Tensor =>
        (kind === 'max' ? tf.maxPool : tf.avgPool)(input as tf.Tensor4D, window, stride, padding, 'floor');
      await expectValues(gradient(pool, tensor(x), tensor(dy)), numbers(dx));
    },
  );

  it.each([
    ['max', [1, 2, 3]],
    ['max', [3, 2, 1]],
    ['avg', [2, 1, 3]],
  ] as const)('%s pooling of volumes by windows of %j has the gradient of float64', async (kind, window) => {
    // Whole numbers: there are ties.
    const input = Array.from(noise(4 * 5 * 4), (value) => Math.round(3 * value));
    const average = (values: readonly number[]): number[] => values.map(() => 1 / values.length);
    const expected = reference(input, [4, 5, 4], window, kind === 'max' ? toFirstMaximum : average);
    const pool = (x: tf.Tensor): tf.Tensor =>
      (kind === 'max' ? tf.maxPool3d : tf.avgPool3d)(x as tf.Tensor5D, [...window], 1, 'valid');
    const x = tf.tensor(input, [1, 4, 5, 4, 1]);
    const dy = tf.tidy(() => {
      const { shape, size } = pool(x);
      return tf.tensor(
        Float32Array.from({ length: size }, (_, i) => Math.cos(i + 1)),
        shape,
      );
    });
    await expectValues(gradient(pool, x, dy), expected);
  });

  it('NaN stays NaN, and the lowest values are themselves', async () => {
    const pool = (values: number[]): tf.Tensor =>
      tf.maxPool(tf.tensor4d(values, [1, 1, 4, 1]), [1, 2], 2, 'valid');
    await expectValues(pool([NaN, 1, 2, NaN]), [NaN, NaN]);
    await expectValues(pool([1, NaN, -Infinity, -Infinity]), [NaN, -Infinity]);
    await expectValues(pool([-1e25, -3e38, 3e38, 1e30]), [-1e25, 3e38].map(Math.fround));
  });

  it("average pooling with padding 'same' spreads the whole gradient", async () => {
    const dx = gradient((x) => tf.avgPool(x as tf.Tensor4D, 3, 1, 'same'), tf.ones([1, 3, 3, 1]));
    const values = await dx.data<'float32'>();
    expect(values[0]).toBeCloseTo(1 / 4 + 2 / 6 + 1 / 9, 6);
    expect(values.reduce((a, b) => a + b)).toBeCloseTo(9, 5);
  });
});
