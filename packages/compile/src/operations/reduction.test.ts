import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agree, agreeWithGradient, compiledResult, spread, whole } from '../../testing/agree.js';
import type { Op } from '../../testing/agree.js';

type Reduction = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;

/** A shape, some of its axes (negative ones among them), and whether they stay. */
const cases = fc.array(fc.constantFrom(1, 2, 3, 5), { maxLength: 4 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axes: fc
      .subarray(shape.map((_, i) => i))
      .map((axes) => axes.map((axis) => (axis % 2 ? axis - shape.length : axis))),
    keepDims: fc.boolean(),
    seed: fc.integer({ min: 1, max: 1000 }),
  }),
);

describe('reductions', () => {
  const reductions: Record<string, Reduction> = { sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min };
  it.each(Object.entries(reductions))('%s and its gradient', async (_, reduce) => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, axes, keepDims, seed }) => {
        const op: Op = (x) => reduce(x, axes.length > 0 ? axes : undefined, keepDims);
        await agreeWithGradient(op, [spread(shape, seed)]);
      }),
      { numRuns: 10, seed: 3 },
    );
  });

  it('prod, all, any', async () => {
    for (const axis of [undefined, 0, -1, [0, 2]]) {
      await agree(((x: tf.Tensor) => tf.prod(x, axis as number)) as Op, [spread([2, 3, 4])]);
      const bits = tf.cast(whole([2, 3, 4], 7, 0, 3), 'bool');
      await agree(((x: tf.Tensor) => tf.all(x, axis as number)) as Op, [bits]);
      await agree(((x: tf.Tensor) => tf.any(x, axis as number, true)) as Op, [bits]);
    }
  });

  it('argMax and argMin take the first of equals', async () => {
    for (const axis of [0, 1, -1]) {
      await agree(((x: tf.Tensor) => tf.argMax(x, axis)) as Op, [whole([4, 5], 3, 0, 3)]);
      await agree(((x: tf.Tensor) => tf.argMin(x, axis)) as Op, [whole([4, 5], 3, 0, 3)]);
      await agree(((x: tf.Tensor) => tf.argMax(x, axis)) as Op, [spread([4, 5], 3)]);
    }
  });

  it('integers and booleans', async () => {
    for (const reduce of [tf.sum, tf.max, tf.min] as Reduction[])
      await agree(((x: tf.Tensor) => reduce(x, 1)) as Op, [whole([3, 4])]);
    await agree(((x: tf.Tensor) => tf.mean(tf.cast(x, 'float32'))) as Op, [whole([3, 4])]);
    await agree(((x: tf.Tensor) => tf.sum(tf.greater(x, 0))) as Op, [spread([3, 4])]);
  });

  it('a sum of a million equal numbers keeps six digits', async () => {
    const [mean] = await compiledResult(((x: tf.Tensor) => tf.mean(x)) as Op, [tf.fill([1_000_000], 0.1)]);
    expect(mean!.data[0]).toBeCloseTo(0.1, 6);
  });

  it('moments, logSumExp and norms', async () => {
    await agreeWithGradient(
      ((x: tf.Tensor) => {
        const { mean, variance } = tf.moments(x, [0, 1]);
        return [mean, variance];
      }) as Op,
      [spread([3, 4, 5])],
    );
    await agreeWithGradient(((x: tf.Tensor) => tf.logSumExp(x, 1)) as Op, [spread([3, 4])]);
    await agreeWithGradient(((x: tf.Tensor) => tf.norm(x)) as Op, [spread([3, 4])]);
  });
});
