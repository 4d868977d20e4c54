import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { agree, agreeWithGradient, spread } from '../../testing/agree.js';
import type { Op } from '../../testing/agree.js';

const tolerance = { relative: 1e-4, absolute: 1e-4 };

const geometry = fc.record({
  batch: fc.constantFrom(1, 2, 3),
  height: fc.integer({ min: 4, max: 9 }),
  width: fc.integer({ min: 4, max: 9 }),
  channels: fc.constantFrom(1, 2, 3),
  filters: fc.constantFrom(1, 2, 4),
  kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  pad: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
});

describe('convolutions', () => {
  it('any kernel, stride and padding, with both gradients', async () => {
    await fc.assert(
      fc.asyncProperty(
        geometry,
        async ({ batch, height, width, channels, filters, kernel, strides, pad }) => {
          const op: Op = (x, filter) => tf.conv2d(x, filter, strides, pad);
          const inputs = [
            spread([batch, height, width, channels], 1),
            spread([...kernel, channels, filters], 2),
          ];
          await agreeWithGradient(op, inputs, tolerance);
        },
      ),
      { numRuns: 25, seed: 5 },
    );
  });

  it('padding in numbers', async () => {
    const inputs = [spread([2, 5, 6, 2], 1), spread([3, 3, 2, 3], 2)];
    await agreeWithGradient(((x: any, f: any) => tf.conv2d(x, f, 1, 2)) as Op, inputs, tolerance);
    await agreeWithGradient(
      ((x: any, f: any) => tf.conv2d(x, f, 2, 1, 'NHWC', 1, 'floor')) as Op,
      inputs,
      tolerance,
    );
    await agree(((x: any, f: any) => tf.conv2d(x, f, 2, 1, 'NHWC', 1, 'ceil')) as Op, inputs, tolerance);
    await agreeWithGradient(
      ((x: any, f: any) =>
        tf.conv2d(x, f, 1, [
          [0, 0],
          [1, 2],
          [0, 1],
          [0, 0],
        ])) as Op,
      inputs,
      tolerance,
    );
  });

  it('dilated', async () => {
    for (const pad of ['same', 'valid'] as const)
      await agree(
        ((x: any, f: any) => tf.conv2d(x, f, 1, pad, 'NHWC', 2)) as Op,
        [spread([2, 7, 8, 2], 1), spread([3, 2, 2, 3], 2)],
        tolerance,
      );
  });

  it('transposed', async () => {
    for (const strides of [1, 2] as const)
      for (const pad of ['same', 'valid'] as const) {
        const out: [number, number, number, number] =
          pad === 'same' ? [2, 4 * strides, 3 * strides, 3] : [2, 3 * strides + 3, 2 * strides + 3, 3];
        const op: Op = (x, f) => tf.conv2dTranspose(x, f, out, strides, pad);
        await agreeWithGradient(op, [spread([2, 4, 3, 2], 1), spread([3, 3, 3, 2], 2)], tolerance);
      }
  });

  it('of one axis', async () => {
    await agreeWithGradient(
      ((x: any, f: any) => tf.conv1d(x, f, 1, 'same')) as Op,
      [spread([2, 7, 2], 1), spread([3, 2, 4], 2)],
      tolerance,
    );
  });

  it('fused with bias and activation', async () => {
    const inputs = [spread([2, 5, 5, 2], 1), spread([3, 3, 2, 4], 2), spread([4], 3)];
    for (const activation of ['linear', 'relu', 'elu'] as const)
      await agree(
        ((x: any, filter: any, bias: any) =>
          tf.fused.conv2d({ x, filter, bias, strides: 1, pad: 'same', activation })) as Op,
        inputs,
        tolerance,
      );
    await agreeWithGradient(
      ((x: any, filter: any, bias: any) =>
        tf.fused.conv2d({ x, filter, bias, strides: 1, pad: 'same', activation: 'relu' })) as Op,
      inputs,
      tolerance,
    );
  });

  it('depthwise and separable, with gradients', async () => {
    for (const [strides, pad] of [
      [1, 'same'],
      [2, 'same'],
      [1, 'valid'],
      [3, 'valid'],
    ] as const)
      await agreeWithGradient(
        ((x: any, f: any) => tf.depthwiseConv2d(x, f, strides, pad)) as Op,
        [spread([2, 7, 6, 3], 1), spread([3, 2, 3, 2], 2)],
        tolerance,
      );
    await agreeWithGradient(
      ((x: any, d: any, p: any) => tf.separableConv2d(x, d, p, 1, 'same')) as Op,
      [spread([2, 5, 5, 2], 1), spread([3, 3, 2, 2], 2), spread([1, 1, 4, 3], 3)],
      tolerance,
    );
    await agree(
      ((x: any, filter: any, bias: any) =>
        tf.fused.depthwiseConv2d({ x, filter, bias, strides: 1, pad: 'same', activation: 'relu' })) as Op,
      [spread([2, 5, 5, 2], 1), spread([3, 3, 2, 2], 2), spread([4], 3)],
      tolerance,
    );
  });
});
