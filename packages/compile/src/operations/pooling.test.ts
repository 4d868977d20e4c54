import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agree,
  agreeWithGradient,
  compiledResult,
  expectClose,
  gradientOf,
  spread,
  whole,
} from '../../testing/agree.js';
import type { Op } from '../../testing/agree.js';

const geometry = fc.record({
  shape: fc.tuple(
    fc.constantFrom(1, 2),
    fc.integer({ min: 3, max: 8 }),
    fc.integer({ min: 3, max: 8 }),
    fc.constantFrom(1, 3),
  ),
  size: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  pad: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
  seed: fc.integer({ min: 1, max: 99 }),
});

/** Forward and backward of a pooling in float64, for NHWC data of one channel; `dy` counts cosines. */
function reference(
  kind: 'max' | 'avg',
  x: Float32Array,
  h: number,
  w: number,
  size: number,
  stride: number,
  same: boolean,
): number[] {
  const outH = same ? Math.ceil(h / stride) : Math.floor((h - size) / stride) + 1;
  const outW = same ? Math.ceil(w / stride) : Math.floor((w - size) / stride) + 1;
  const top = same ? Math.floor(Math.max(0, (outH - 1) * stride + size - h) / 2) : 0;
  const left = same ? Math.floor(Math.max(0, (outW - 1) * stride + size - w) / 2) : 0;
  const dx = new Array<number>(h * w).fill(0);
  for (let i = 0; i < outH; i++)
    for (let j = 0; j < outW; j++) {
      const cells: number[] = [];
      for (let a = i * stride - top; a < i * stride - top + size; a++)
        for (let b = j * stride - left; b < j * stride - left + size; b++)
          if (a >= 0 && a < h && b >= 0 && b < w) cells.push(a * w + b);
      const dy = Math.cos(i * outW + j + 1);
      if (kind === 'avg') for (const cell of cells) dx[cell]! += dy / cells.length;
      else dx[cells.reduce((best, cell) => (x[cell]! > x[best]! ? cell : best))]! += dy;
    }
  return dx;
}

describe('pooling', () => {
  it('max and average of any window, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(geometry, async ({ shape, size, strides, pad, seed }) => {
        await agreeWithGradient(((x: any) => tf.maxPool(x, size, strides, pad)) as Op, [spread(shape, seed)]);
        await agree(((x: any) => tf.avgPool(x, size, strides, pad)) as Op, [spread(shape, seed)]);
        // tfjs has the gradient of an average right as long as nothing is padded.
        if (pad === 'valid')
          await agree(gradientOf(((x: any) => tf.avgPool(x, size, strides, pad)) as Op), [
            spread(shape, seed),
          ]);
      }),
      { numRuns: 20, seed: 6 },
    );
  });

  it.each([
    [2, 2, true],
    [3, 1, true],
    [3, 2, true],
    [2, 1, false],
    [3, 2, false],
    [2, 2, false],
    [1, 2, true],
  ] as const)('gradients of windows of %i, stride %i, against float64', async (size, stride, same) => {
    for (const [h, w] of [
      [5, 6],
      [6, 4],
      [7, 7],
    ] as const)
      for (const kind of ['max', 'avg'] as const) {
        // Whole numbers: many windows have several maxima, and the first takes all, as in PyTorch.
        const x = tf.cast(whole([1, h, w, 1], size + h, -2, 2), 'float32');
        const pool = kind === 'max' ? tf.maxPool : tf.avgPool;
        const [dx] = await compiledResult(
          gradientOf(((t: any) => pool(t, size, stride, same ? 'same' : 'valid')) as Op),
          [x],
        );
        expectClose(dx!.data, reference(kind, x.dataSync() as Float32Array, h, w, size, stride, same));
      }
  });

  it('windows of negative numbers have gradients', async () => {
    const [dx] = await compiledResult(gradientOf(((t: any) => tf.maxPool(t, 2, 2, 'valid')) as Op), [
      tf.fill([1, 2, 2, 1], -3),
    ]);
    expect([...dx!.data].map((v) => v !== 0)).toEqual([true, false, false, false]);
  });

  it('a window with NaN ends in NaN or in a plain number, never in a crash', async () => {
    const x = tf.tensor4d([NaN, NaN, NaN, NaN, 1, NaN, 2, 3], [1, 2, 4, 1]);
    const [y, dx] = await compiledResult(
      ((t: any) => [
        tf.maxPool(t, 2, 2, 'valid'),
        ...(gradientOf(((u: any) => tf.maxPool(u, 2, 2, 'valid')) as Op)(t) as tf.Tensor[]),
      ]) as Op,
      [x],
    );
    expect(y!.data.length).toBe(2);
    expect(dx!.data.length).toBe(8);
  });

  it('global and rounded', async () => {
    const rounded: Op = (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 1, 'ceil');
    await agree(rounded, [spread([2, 6, 6, 2])]);
    // tfjs loses the gradients of windows that rounding up adds; none may get lost.
    const [dx] = await compiledResult(gradientOf(rounded), [spread([2, 6, 6, 2])]);
    const total = Array.from({ length: 2 * 4 * 4 * 2 }, (_, i) => Math.cos(i + 1)).reduce((a, b) => a + b);
    expect((dx!.data as Float32Array).reduce((a, b) => a + b)).toBeCloseTo(total, 4);
    await agree(((x: any) => tf.avgPool(x, 3, 2, 1, 'floor')) as Op, [spread([2, 6, 6, 2])]);
    await agree(((x: any) => tf.pool(x, [2, 2], 'max', 'valid', [2, 2])) as Op, [spread([1, 7, 7, 2])]);
  });
});
